// A NATS client as its library reconnects: publishes to itself without end, and says how long it was without an answer, and who answers now.
//   node follow.js nats://HOST:PORT
const { connect } = require("nats");

(async () => {
  const nc = await connect({ servers: [process.argv[2]], maxReconnectAttempts: -1, reconnectTimeWait: 50, reconnectJitter: 10, timeout: 2000 });
  let lost = 0;
  const sub = nc.subscribe("follow.tick");
  setInterval(() => { try { nc.publish("follow.tick"); } catch { /* not connected */ } }, 10);
  (async () => { for await (const status of nc.status()) if (status.type === "disconnect" && !lost) lost = Date.now(); })();
  console.log(`ready ${nc.info.server_name}`);
  for await (const _ of sub) {
    if (!lost || nc.isClosed()) continue;
    console.log(`back ${Date.now() - lost} ${nc.info.server_name}`);
    lost = 0;
  }
})().catch((error) => { console.error(error); process.exit(1); });
