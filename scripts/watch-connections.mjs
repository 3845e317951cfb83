// Loaded into the server process: Node looks for requests that do not come only every 30 seconds, and is told how often when
// its server is made, which Next does. They are given up when REQUEST_TIMEOUT_MS is over, not half a minute later.
import http from "node:http";

const EVERY_MS = 1_000;

const { createServer } = http;
/** @param {unknown[]} made its options, if any, and its listener */
http.createServer = (...made) => {
  const [options, listener] = typeof made[0] === "object" && made[0] !== null ? made : [{}, made[0]];
  return Reflect.apply(createServer, http, [{ connectionsCheckingInterval: EVERY_MS, ...options }, listener]);
};
