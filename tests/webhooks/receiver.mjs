// Takes webhooks: checks the signature over the raw body, answers quickly, and handles each event
// once, whatever order they come in. npm install standardwebhooks
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET); // whsec_...
const done = new Set(); // in your database, kept for 30 days
const newest = new Map(); // order id -> version, in your database

function handle(event) {
  const order = event.data;
  if ((newest.get(order.id) ?? 0) >= order.version) return; // older news
  newest.set(order.id, order.version);
  console.log(event.type, order.id, order.version);
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    try {
      const event = webhook.verify(Buffer.concat(chunks), request.headers);
      const id = request.headers["webhook-id"];
      if (!done.has(id)) handle(event);
      done.add(id);
      response.writeHead(204).end();
    } catch {
      response.writeHead(400).end(); // not from Trayline, or too old
    }
  });
});

server.listen(process.env.PORT ?? 0, "127.0.0.1", () =>
  console.log("listening", server.address().port),
);
