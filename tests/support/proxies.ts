import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { freePort } from "../../scripts/ports";
import { newFolder } from "./launch";
import { until } from "./server";

/** `plainUrl` is where clients come without https; `url` stands for where they come with it. */
export type Proxy = { url: string; plainUrl: string; stop(): Promise<void> };

/** Those of the proxies in `deploy/` that this machine has. */
export const PROXIES = (["nginx", "caddy"] as const).filter((name) => spawnSync(name, ["version"]).error === undefined);

/** Runs a proxy by its file in `deploy/`, before instances at these ports: without a certificate, and on a loopback port. */
export async function startProxy(name: (typeof PROXIES)[number], ports: readonly number[]): Promise<Proxy> {
  const folder = newFolder(name);
  const [listen, plain] = [await freePort(), await freePort()];
  const settings = name === "nginx" ? nginxSettings(folder, listen, plain, ports) : caddySettings(listen, plain, ports);
  const stop = await runProxy(name, settings, folder, { host: "127.0.0.1", port: listen });
  return { url: `http://localhost:${listen}`, plainUrl: `http://localhost:${plain}`, stop };
}

/** Runs it in a folder, with settings of one's own, until it takes calls at an address. Answers how to stop it. */
export async function runProxy(
  name: (typeof PROXIES)[number],
  text: string,
  folder: string,
  address: net.NetConnectOpts,
): Promise<() => Promise<void>> {
  const settings = path.join(folder, "settings");
  fs.writeFileSync(settings, text);
  const args = name === "nginx" ? ["-p", folder, "-c", settings] : ["run", "--config", settings, "--adapter", "caddyfile"];
  const child = spawn(name, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  let output = "";
  child.stderr.on("data", (text) => (output += text));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await until(async () => child.exitCode !== null || (await takesCalls(address)), `${name} to listen`);
  if (child.exitCode !== null) throw new Error(`${name} ended:\n${output}`);
  return () => {
    child.kill("SIGTERM");
    return closed;
  };
}

/** An address that is taken, or a socket's file, is there a moment before anybody listens. */
function takesCalls(address: net.NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const calling = net.connect(address);
    calling.once("error", () => resolve(false));
    calling.once("connect", () => {
      calling.destroy();
      resolve(true);
    });
  });
}

function nginxSettings(folder: string, listen: number, plain: number, ports: readonly number[]): string {
  const site = fs
    .readFileSync("deploy/nginx.conf", "utf8")
    .replace("listen 80;", `listen 127.0.0.1:${plain};`)
    .replace(/listen \[::\]:80;\n/, "")
    .replace(/ssl_certificate.*\n/g, "")
    .replace(/listen \[::\]:443.*\n/, "")
    .replace("listen 443 ssl http2;", `listen 127.0.0.1:${listen};`)
    .replace("server 127.0.0.1:3000 max_fails=0;", ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join(" "));
  return wholeNginx(folder, site);
}

/** What stands around a site, for nginx to run in a folder of its own. */
export function wholeNginx(folder: string, site: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const folders = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(" ");
  return `${process.getuid?.() === 0 ? "user root;" : ""} daemon off; pid ${folder}/pid; error_log stderr;
events {}
http { access_log off; ${folders}
${site} }`;
}

function caddySettings(listen: number, plain: number, ports: readonly number[]): string {
  const site = fs
    .readFileSync("deploy/Caddyfile", "utf8")
    .replace("http://keys.example.com {", `http://:${plain} {\n\tbind 127.0.0.1`)
    .replace(/^keys.example.com {/m, `http://:${listen} {\n\tbind 127.0.0.1`)
    .replace("reverse_proxy 127.0.0.1:3000", `reverse_proxy ${ports.map((port) => `127.0.0.1:${port}`).join(" ")}`);
  return wholeCaddy(site);
}

export function wholeCaddy(site: string): string {
  return `{\n\tadmin off\n\tauto_https off\n}\n${site}`;
}
