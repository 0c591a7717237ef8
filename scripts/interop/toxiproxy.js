// toxiproxy-node-client against a node: every call it has, and each toxic felt on a real connection.
// usage: node toxiproxy.js http://HOST:PORT; prints "ok …" or "not ok …" lines, and ends with 1 if one failed.
const assert = require('assert');
const net = require('net');
const { Toxiproxy } = require('toxiproxy-node-client');

const toxiproxy = new Toxiproxy(process.argv[2]);
let failed = false;

async function step(name, work) {
  try {
    const said = await work();
    console.log(`ok ${name}${said ? ` (${said})` : ''}`);
  } catch (e) {
    failed = true;
    console.log(`not ok ${name}: ${e.message.split('\n').slice(0, 3).join(' ')}`);
  }
}

const within = (ms, what, promise) => Promise.race([
  promise, new Promise((_, no) => setTimeout(() => no(new Error(`no ${what} within ${ms} ms`)), ms).unref())]);

function dial(port) {
  return within(10_000, 'connection', new Promise((yes, no) => {
    const socket = net.connect(port, '127.0.0.1', () => yes(socket));
    socket.setNoDelay(true).once('error', no);
  })).then((socket) => socket.on('error', () => {}));
}

// How the stream ends, and what came before.
function all(socket) {
  return within(15_000, 'end', new Promise((yes) => {
    let text = '';
    socket.on('data', (data) => { text += data; });
    socket.on('end', () => yes({ text, end: 'FIN' }));
    socket.on('error', (e) => yes({ text, end: e.code }));
    socket.on('close', () => yes({ text, end: 'closed' }));
  }));
}

async function roundTrip(socket, text) {
  const begun = process.hrtime.bigint();
  const got = new Promise((yes) => {
    let back = '';
    socket.on('data', function on(data) {
      back += data;
      if (back.length >= text.length) { socket.off('data', on); yes(back); }
    });
  });
  socket.write(text);
  assert.strictEqual(await within(15_000, 'echo', got), text);
  return Number(process.hrtime.bigint() - begun) / 1e6;
}

const portOf = (proxy) => Number(proxy.listen.split(':').pop());

// A connection through the proxy, used and ended.
async function through(proxy, work) {
  const socket = await dial(portOf(proxy));
  try { return await work(socket); } finally { socket.destroy(); }
}

// One toxic, felt and taken away again; then the way is free.
async function toxic(proxy, body, felt) {
  const added = await proxy.addToxic(body);
  let said;
  try { said = await felt(added); } finally { await added.remove(); }
  await through(proxy, (socket) => roundTrip(socket, 'free'));
  return said;
}

(async () => {
  const echo = net.createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await new Promise((yes) => echo.listen(0, '127.0.0.1', yes));
  const upstream = `127.0.0.1:${echo.address().port}`;
  let proxy;

  await step('version', async () => JSON.parse(await toxiproxy.getVersion()).version);
  await step('createProxy, and bytes pass', async () => {
    proxy = await toxiproxy.createProxy({ name: 'echo', listen: '127.0.0.1:0', upstream });
    assert.strictEqual(proxy.enabled, true);
    assert.ok(portOf(proxy) > 0, proxy.listen);
    await through(proxy, (socket) => roundTrip(socket, 'hello'));
  });
  await step('createProxy twice is refused', () => assert.rejects(toxiproxy.createProxy({ name: 'echo', listen: '127.0.0.1:0', upstream }), /409/));
  await step('get, getAll', async () => {
    assert.deepStrictEqual((await toxiproxy.get('echo')).toJson(), proxy.toJson());
    assert.deepStrictEqual(Object.keys(await toxiproxy.getAll()), ['echo']);
    await assert.rejects(toxiproxy.get('nobody'), /404/);
  });
  await step('update: disabled refuses, enabled serves at the same address', async () => {
    const held = await dial(portOf(proxy));
    const ended = all(held);
    assert.strictEqual((await proxy.update({ ...proxy.toJson(), enabled: false })).enabled, false);
    await ended;
    await assert.rejects(dial(portOf(proxy)), /ECONNREFUSED/);
    const again = await proxy.update({ ...proxy.toJson(), enabled: true });
    assert.strictEqual(again.listen, proxy.listen);
    await through(proxy, (socket) => roundTrip(socket, 'back'));
  });
  await step('latency, upstream and downstream', () => toxic(proxy, { name: 'slow', type: 'latency', attributes: { latency: 150, jitter: 0 } }, (slow) => through(proxy, async (socket) => {
    assert.strictEqual(slow.stream, 'downstream');
    const one = await roundTrip(socket, 'x');
    assert.ok(one >= 149, `${one} ms`);
    const up = await proxy.addToxic({ type: 'latency', stream: 'upstream', attributes: { latency: 150, jitter: 0 } });
    assert.strictEqual(up.name, 'latency_upstream');
    const both = await roundTrip(socket, 'y');
    await up.remove();
    assert.ok(both >= 299, `${both} ms`);
    return `${one.toFixed(0)} ms, ${both.toFixed(0)} ms`;
  })));
  await step('getToxic, update of a toxic', () => toxic(proxy, { name: 'l', type: 'latency', attributes: { latency: 5000, jitter: 0 } }, async (l) => {
    assert.deepStrictEqual((await proxy.getToxic('l')).attributes, { latency: 5000, jitter: 0 });
    assert.deepStrictEqual((await l.update({ attributes: { latency: 20 }, toxicity: 1 })).attributes, { latency: 20, jitter: 0 });
    const took = await through(proxy, (socket) => roundTrip(socket, 'x'));
    assert.ok(took >= 19 && took < 5000, `${took} ms`);
  }));
  await step('bandwidth', () => toxic(proxy, { type: 'bandwidth', stream: 'upstream', attributes: { rate: 100 } }, () => through(proxy, async (socket) => {
    const took = await roundTrip(socket, 'b'.repeat(50_000));
    assert.ok(took >= 350, `${took} ms`); // 50 KB at 100 KB/s, the first tenth of a second free
    return `${took.toFixed(0)} ms for 50 KB at 100 KB/s`;
  })));
  await step('slicer', () => toxic(proxy, { type: 'slicer', attributes: { average_size: 10, size_variation: 5, delay: 10_000 } }, () => through(proxy, async (socket) => {
    const took = await roundTrip(socket, 's'.repeat(200)); // about 20 slices, 10 ms apart
    assert.ok(took >= 60, `${took} ms`);
    return `${took.toFixed(0)} ms`;
  })));
  await step('limit_data', () => toxic(proxy, { type: 'limit_data', attributes: { bytes: 5 } }, () => through(proxy, async (socket) => {
    const ended = all(socket);
    socket.write('0123456789');
    const { text, end } = await ended;
    assert.strictEqual(text, '01234');
    return end;
  })));
  await step('timeout', () => toxic(proxy, { type: 'timeout', attributes: { timeout: 200 } }, () => through(proxy, async (socket) => {
    const [begun, ended] = [Date.now(), all(socket)];
    socket.write('lost');
    const { text, end } = await ended;
    assert.strictEqual(text, '');
    assert.ok(Date.now() - begun >= 190, `${Date.now() - begun} ms`);
    return end;
  })));
  await step('reset_peer', () => toxic(proxy, { type: 'reset_peer', attributes: { timeout: 100 } }, () => through(proxy, async (socket) => {
    const ended = all(socket);
    socket.write('x');
    assert.strictEqual((await ended).end, 'ECONNRESET');
  })));
  await step('slow_close', () => toxic(proxy, { type: 'slow_close', attributes: { delay: 300 } }, () => through(proxy, async (socket) => {
    const [begun, ended] = [Date.now(), all(socket)];
    socket.end('bye');
    const { text, end } = await ended;
    assert.deepStrictEqual([text, end], ['bye', 'FIN']);
    assert.ok(Date.now() - begun >= 290, `${Date.now() - begun} ms`);
  })));
  await step('toxicity 0 is for no connection', () => toxic(proxy, { type: 'latency', toxicity: 0, attributes: { latency: 5000, jitter: 0 } },
    async () => assert.ok(await through(proxy, (socket) => roundTrip(socket, 'x')) < 5000)));
  await step('a toxic of no type is refused', () => assert.rejects(proxy.addToxic({ type: 'poison', attributes: {} }), /400/));
  await step('populate', async () => {
    const made = await toxiproxy.populate([
      { name: 'echo', listen: proxy.listen, upstream },
      { name: 'second', listen: '127.0.0.1:0', upstream, enabled: false }]);
    assert.deepStrictEqual(Object.keys(made).sort(), ['echo', 'second']);
    assert.strictEqual(made.second.enabled, false);
  });
  await step('reset enables all and takes the toxics away', async () => {
    await proxy.addToxic({ name: 'gone', type: 'latency', attributes: { latency: 1, jitter: 0 } });
    await toxiproxy.reset();
    await assert.rejects(proxy.getToxic('gone'), /404/);
    await through(await toxiproxy.get('second'), (socket) => roundTrip(socket, 'on'));
  });
  await step('remove', async () => {
    const port = portOf(proxy);
    await proxy.remove();
    await assert.rejects(toxiproxy.get('echo'), /404/);
    await assert.rejects(dial(port), /ECONNREFUSED/);
  });
  echo.close();
  process.exit(failed ? 1 : 0);
})();
