// A NATS client written by others, in JavaScript: `nats` (version 2) or `@nats-io/transport-node` (version 3), told by LIBRARY.
//
//   client.js suite URL                       everything one client can try by itself; a line for each check
//   client.js auth URL                        a node with token "sesame" and user "ann", password "secret"
//   client.js sub URL SUBJECT COUNT           a line for each message
//   client.js pub URL SUBJECT PAYLOAD [K=V…]
//   client.js request URL SUBJECT PAYLOAD
//   client.js reply URL SUBJECT COUNT         answers "re:" and the payload
//   client.js stay URL SUBJECT                tells of disconnects and reconnects, ends with the first message after a reconnect
'use strict';

const version3 = process.env.LIBRARY !== 'nats';
const nats = require(version3 ? '@nats-io/transport-node' : 'nats');
const jetstream = version3 ? require('@nats-io/jetstream') : null;
const { connect, headers, createInbox } = nats;
const text = new TextDecoder();
const say = (line) => process.stdout.write(line + '\n');

const [mode, url, ...args] = process.argv.slice(2);
const open = (options = {}) => connect({ servers: url, timeout: 10_000, ...options });

function check(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

/** What an asynchronous call failed with; an error of ours when it did not. */
async function failureOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

/** The two versions say it differently. */
function isNoResponders(error) {
  return error.code === '503' || error.cause?.name === 'NoResponders' || error.name === 'NoResponders' || /no responders/i.test(error.message);
}

/** The first so many payloads. */
async function take(subscription, count) {
  const got = [];
  for await (const message of subscription) {
    got.push(message);
    if (got.length === count) break;
  }
  return got;
}

const payloads = (messages) => messages.map((message) => text.decode(message.data)).join(',');

const checks = {
  async 'publish and subscribe with wildcards'(nc) {
    const [star, tail, exact] = ['w.*.c', 'w.>', 'w.b.c'].map((filter) => nc.subscribe(filter));
    nc.publish('w.b.c', '1');
    nc.publish('w.x', '2');
    nc.publish('w.y.c', '3');
    check(payloads(await take(star, 2)) === '1,3', 'w.*.c');
    check(payloads(await take(tail, 3)) === '1,2,3', 'w.>');
    check(payloads(await take(exact, 1)) === '1', 'w.b.c');
  },

  async 'a queue group shares, each message once'(nc) {
    const others = await Promise.all([open(), open()]);
    const got = [0, 0, 0];
    const all = [];
    const members = [nc, ...others].map((client, index) => client.subscribe('jobs', {
      queue: 'workers',
      callback: (_, message) => { got[index]++; all.push(text.decode(message.data)); },
    }));
    await Promise.all([nc, ...others].map((client) => client.flush()));
    for (let i = 0; i < 300; i++) nc.publish('jobs', String(i));
    await nc.flush();
    for (let rounds = 0; all.length < 300 && rounds < 200; rounds++) await Promise.all(others.map((client) => client.flush()));
    members.forEach((member) => member.unsubscribe());
    await Promise.all(others.map((client) => client.close()));
    check(all.length === 300 && new Set(all).size === 300, `${all.length} came, ${new Set(all).size} different ones`);
    check(Math.min(...got) > 20, `shares are ${got}`);
  },

  async 'request and reply over one inbox subscription'(nc) {
    const service = nc.subscribe('svc', { callback: (_, message) => message.respond('re:' + text.decode(message.data)) });
    const answers = await Promise.all(['a', 'b', 'c'].map((payload) => nc.request('svc', payload, { timeout: 5000 })));
    check(payloads(answers) === 're:a,re:b,re:c', payloads(answers));
    service.unsubscribe();
  },

  async 'request and reply, the old way'(nc) {
    const service = nc.subscribe('svc', { callback: (_, message) => message.respond('old:' + text.decode(message.data)) });
    const answer = await nc.request('svc', 'a', { timeout: 5000, noMux: true, reply: createInbox() });
    check(payloads([answer]) === 'old:a', payloads([answer]));
    service.unsubscribe();
  },

  async 'no responders is said at once'(nc) {
    for (const options of [{ timeout: 20_000 }, { timeout: 20_000, noMux: true, reply: createInbox() }]) {
      const begun = Date.now();
      const error = await failureOf(nc.request('nobody.there', '', options));
      check(isNoResponders(error), `${error.name} ${error.code} ${error.message}`);
      check(Date.now() - begun < 5000, 'it took too long');
    }
  },

  async 'headers with several values'(nc) {
    const subscription = nc.subscribe('h');
    const sent = headers();
    sent.append('Unit', 'C');
    sent.append('Unit', 'K');
    sent.set('Place', 'caf\u00e9 no. 1: left');
    nc.publish('h', 'x', { headers: sent });
    const [message] = await take(subscription, 1);
    check(message.headers.values('Unit').join() === 'C,K', `Unit is ${message.headers.values('Unit')}`);
    check(message.headers.get('Place') === 'caf\u00e9 no. 1: left', `Place is ${message.headers.get('Place')}`);
  },

  async 'headers without a payload'(nc) {
    const subscription = nc.subscribe('h');
    const sent = headers();
    sent.set('only', 'me');
    nc.publish('h', undefined, { headers: sent });
    const [message] = await take(subscription, 1);
    check(message.headers.get('only') === 'me' && message.data.length === 0, 'something else came');
  },

  async 'the largest payload goes, a larger one is refused'(nc) {
    const max = nc.info.max_payload;
    const subscription = nc.subscribe('big');
    nc.publish('big', new Uint8Array(max).fill(7));
    const [message] = await take(subscription, 1);
    check(message.data.length === max && message.data.every((byte) => byte === 7), 'it was changed');
    const error = await failureOf((async () => nc.publish('big', new Uint8Array(max + 1)))());
    check(/payload/i.test(`${error.code} ${error.message}`), `${error.code} ${error.message}`);
  },

  async 'unsubscribe after so many'(nc) {
    const subscription = nc.subscribe('m', { max: 3 });
    for (let i = 0; i < 6; i++) nc.publish('m', String(i));
    const got = [];
    for await (const message of subscription) got.push(message);
    check(payloads(got) === '0,1,2', payloads(got));
  },

  async 'drain of a subscription loses nothing'(nc) {
    const got = [];
    const subscription = nc.subscribe('d', { callback: (_, message) => got.push(message) });
    for (let i = 0; i < 50; i++) nc.publish('d', String(i));
    await subscription.drain();
    check(got.length === 50, `${got.length} of 50`);
  },

  async 'drain of a connection loses nothing'() {
    const nc = await open();
    let got = 0;
    nc.subscribe('dc', { callback: () => { got++; } });
    for (let i = 0; i < 50; i++) nc.publish('dc', '');
    await nc.drain();
    check(got === 50 && nc.isClosed(), `${got} of 50`);
  },

  async 'flush and rtt'(nc) {
    await nc.flush();
    check((await nc.rtt()) >= 0, 'no time');
  },

  async 'echo off'() {
    const nc = await open({ noEcho: true });
    const other = await open();
    const got = [];
    const collect = (_, message) => got.push(text.decode(message.data));
    nc.subscribe('e', { callback: collect });
    await nc.flush();
    nc.publish('e', 'own');
    await nc.flush();
    other.publish('e', 'other');
    await other.flush();
    for (let rounds = 0; got.length === 0 && rounds < 200; rounds++) await nc.flush();
    check(got.join() === 'other', got.join());
    await Promise.all([nc.close(), other.close()]);
  },

  async 'verbose and pedantic'() {
    const nc = await open({ verbose: true, pedantic: true });
    const subscription = nc.subscribe('v.*');
    nc.publish('v.a', 'x');
    check(payloads(await take(subscription, 1)) === 'x', 'nothing came');
    nc.subscribe('svc.v', { callback: (_, message) => message.respond('y') });
    check(payloads([await nc.request('svc.v', '', { timeout: 5000 })]) === 'y', 'no answer');
    await nc.drain();
  },

  async 'a subject of the node\'s is refused by name'() {
    const nc = await open();
    const told = (async () => {
      for await (const status of nc.status()) {
        const said = `${status.data ?? ''} ${status.error?.message ?? ''} ${status.permissionContext?.subject ?? ''}`;
        if (/permission/i.test(said)) return said;
      }
      return '';
    })();
    nc.publish('$SYS.none', '');
    await nc.flush();
    check((await told).includes('$SYS.none'), 'the client was not told');
    await nc.close();
  },

  async 'JetStream is said to be missing, at once'(nc) {
    const begun = Date.now();
    const error = await failureOf(version3 ? jetstream.jetstreamManager(nc) : nc.jetstreamManager());
    check(isNoResponders(error) || /jetstream.*not enabled/i.test(error.message), `${error.name} ${error.code} ${error.message}`);
    check(Date.now() - begun < 4000, 'it took too long');
  },
};

const auth = {
  async 'right token'() { await (await open({ token: 'sesame' })).close(); },
  async 'right user and password'() { await (await open({ user: 'ann', pass: 'secret' })).close(); },
  async 'wrong token'() { await refused({ token: 'open' }); },
  async 'wrong password'() { await refused({ user: 'ann', pass: 'sesame' }); },
  async 'nothing at all'() { await refused({}); },
};

async function refused(options) {
  const error = await failureOf(open({ ...options, reconnect: false }));
  check(/authorization/i.test(`${error.code} ${error.name} ${error.message}`), `${error.code} ${error.name} ${error.message}`);
}

async function run(named) {
  const nc = mode === 'suite' ? await open() : undefined;
  for (const [name, test] of Object.entries(named)) {
    let timer;
    try {
      await Promise.race([test(nc), new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('nothing happened for 15 s')), 15_000); })]);
      say(`ok ${name}`);
    } catch (error) {
      say(`not ok ${name}: ${error.message}`);
    } finally {
      clearTimeout(timer);
    }
  }
  await nc?.close();
}

const line = (message) => {
  const values = message.headers ? [...message.headers.keys()].sort().map((key) => `${key}=${message.headers.values(key).join('|')}`) : [];
  return [message.subject, text.decode(message.data), ...values].join(' ');
};

const modes = {
  suite: () => run(checks),
  auth: () => run(auth),

  async sub() {
    const nc = await open();
    const subscription = nc.subscribe(args[0], { max: Number(args[1]) });
    await nc.flush();
    say('ready');
    for await (const message of subscription) say(line(message));
    await nc.close();
  },

  async pub() {
    const nc = await open();
    const sent = headers();
    for (const pair of args.slice(2)) sent.append(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    nc.publish(args[0], args[1], args.length > 2 ? { headers: sent } : {});
    await nc.drain(); // close alone throws away what was not written yet
  },

  async request() {
    const nc = await open();
    try {
      say(line(await nc.request(args[0], args[1], { timeout: 10_000 })).replace(/^\S+ /, ''));
    } catch (error) {
      say(isNoResponders(error) ? 'no responders' : error.message);
    }
    await nc.close();
  },

  async reply() {
    const nc = await open();
    const subscription = nc.subscribe(args[0], { max: Number(args[1]) });
    await nc.flush();
    say('ready');
    for await (const message of subscription) message.respond('re:' + text.decode(message.data), { headers: message.headers });
    await nc.drain();
  },

  async stay() {
    const nc = await open({ reconnectTimeWait: 100, reconnectJitter: 0, maxReconnectAttempts: -1 });
    let back = false;
    (async () => {
      for await (const status of nc.status()) {
        if (['ldm', 'disconnect', 'reconnect'].includes(status.type)) say(status.type);
        back ||= status.type === 'reconnect';
      }
    })();
    const subscription = nc.subscribe(args[0]);
    await nc.flush();
    say('ready');
    for await (const message of subscription) {
      say(line(message));
      if (back) break;
    }
    await nc.close();
  },
};

modes[mode]().then(() => process.exit(0), (error) => {
  say(`not ok ${mode}: ${error.message}`);
  process.exit(1);
});
