import fs from "node:fs";
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { registry } from "@/lib/metrics/registry";
import { listRoutes } from "@/lib/server/list-routes";
// For what they measure: each adds its own to the registry.
import "@/lib/metrics/requests";
import "@/lib/usage/batch";
import "@/lib/verification/verify";
import "./housekeeping";
import { DATABASE_STATES } from "./metrics";

const RULES = fs.readFileSync("deploy/prometheus-alerts.yml", "utf8");
const alerts = RULES.split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => ({
    name: text.split("\n", 1)[0] ?? "",
    text,
    expression: /^ {8}expr: ([\s\S]*?)^ {8}\w/m.exec(text)?.[1] ?? "",
  }));

type Panel = { type: string; title: string; targets?: { expr: string }[] };
const dashboard: { panels: Panel[] } = JSON.parse(fs.readFileSync("deploy/grafana-dashboard.json", "utf8"));
const drawn = dashboard.panels.filter(({ type }) => type !== "row");
const expressions = [
  ...alerts.map(({ name, expression }) => [name, expression] as const),
  ...drawn.map(({ title, targets = [] }) => [title, targets.map(({ expr }) => expr).join("\n")] as const),
];

/** The names of series and, for each, its labels. What Prometheus itself adds is there too. */
function exposed(): Map<string, Set<string>> {
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  const series = new Map([["up", new Set(["job", "instance"])]]);
  for (const own of [registry, ofProcess]) {
    for (const { name } of own.getMetricsAsArray()) {
      const metric = own.getSingleMetric(name);
      const labels = metric && "labelNames" in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [];
      const all = new Set(["job", "instance", ...labels]);
      series.set(name, all);
      if (!(metric instanceof Histogram)) continue;
      for (const end of ["_count", "_sum"]) series.set(name + end, all);
      series.set(`${name}_bucket`, new Set([...all, "le"]));
    }
  }
  return series;
}

/** Every series of an expression with the labels that it is chosen by. */
function seriesOf(expression: string): { name: string; labels: string[] }[] {
  const found = expression.matchAll(/\b(up|(?:latchkey|process|nodejs)_\w+)(?:\{([^}]*)\})?/g);
  return [...found].map(([, name = "", chosen = ""]) => ({
    name,
    labels: [...chosen.matchAll(/(\w+)\s*=?[=~!]/g)].map(([, label = ""]) => label),
  }));
}

/** As the headings of a page are linked to. */
function anchorsOf(page: string): string[] {
  return [...fs.readFileSync(page, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

test("Alerts and panels are found where they are looked for", () => {
  expect(alerts.length).toBe(RULES.match(/\balert:/g)?.length);
  expect(alerts.length).toBeGreaterThanOrEqual(10);
  expect(drawn.length).toBeGreaterThanOrEqual(15);
});

test.each(alerts)("the alert $name says what it saw and which paragraph helps", ({ text }) => {
  expect(text).toMatch(/^ {10}summary: "\S.+\."$/m);
  const [, page = "", anchor = ""] = /^ {10}runbook: (\S+\.md)#(\S+)$/m.exec(text) ?? [];
  expect(anchorsOf(page)).toContain(anchor);
});

/** What a label is compared with, wherever it is. */
function valuesOf(label: string): string[] {
  const all = expressions.map(([, expression]) => expression).join("\n");
  return [...all.matchAll(new RegExp(`\\b${label}=~?"([^"]+)"`, "g"))].flatMap(([, values = ""]) => values.split("|"));
}

test("No alert waits for a route or a state of the database that there is not", () => {
  expect(listRoutes("app")).toEqual(expect.arrayContaining(valuesOf("route")));
  const states = valuesOf("state").filter((state) => state !== "in_use");
  expect(DATABASE_STATES).toEqual(expect.arrayContaining(states));
  expect([valuesOf("route").length, states.length].every((count) => count > 2)).toBe(true);
});

describe("What is asked for is measured:", () => {
  const series = exposed();

  test.each(expressions)("%s", (_, expression) => {
    const asked = seriesOf(expression);
    expect(asked).not.toStrictEqual([]);
    for (const { name, labels } of asked) {
      expect([...series.keys()]).toContain(name);
      for (const label of labels) expect([...(series.get(name) ?? [])], name).toContain(label);
    }
  });
});
