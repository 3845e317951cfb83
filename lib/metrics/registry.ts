import { Counter, Gauge, Histogram, Registry } from "prom-client";

// Kept on globalThis: the instrumentation hook and each route are bundled apart, and each has its own copy of these modules.
const holder = globalThis as typeof globalThis & {
  latchkeyMetrics?: { registry: Registry; readings: Map<string, Set<() => number>> };
};
holder.latchkeyMetrics ??= { registry: new Registry(), readings: new Map() };
const { readings } = holder.latchkeyMetrics;

/** All that is measured in this process. */
export const { registry } = holder.latchkeyMetrics;
const registers = [registry];

/** Quick answers of a look-up, up to what a client and a proxy wait for; in seconds. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** @param labelNames Each takes few values: no id, no address, nothing that a client makes up. */
export function counter<Label extends string = never>(name: string, help: string, labelNames: Label[] = []): Counter<Label> {
  return known(name) ?? new Counter({ name, help, labelNames, registers });
}

/** Seconds, in buckets. */
export function durations<Label extends string>(name: string, help: string, labelNames: Label[]): Histogram<Label> {
  return known(name) ?? new Histogram({ name, help, labelNames, registers, buckets: DURATION_BUCKETS });
}

/** `collect` sets its values when somebody asks for them. */
export function gauge<Label extends string = never>(
  name: string,
  help: string,
  labelNames: Label[] = [],
  collect: (gauge: Gauge<Label>) => void = () => {},
): Gauge<Label> {
  const options = { name, help, labelNames, registers };
  return (
    known(name) ??
    new Gauge({
      ...options,
      collect() {
        collect(this);
      },
    })
  );
}

/** A number that is read when somebody asks. Each copy of the module that has one adds its own: the sum is told. */
export function reading(name: string, help: string, read: () => number): void {
  const reads = readings.get(name) ?? new Set();
  readings.set(name, reads.add(read));
  gauge(name, help, [], (self) => self.set([...reads].reduce((sum, one) => sum + one(), 0)));
}

function known<Metric>(name: string): Metric | undefined {
  return registry.getSingleMetric(name) as Metric | undefined;
}
