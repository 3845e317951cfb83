import { afterAll, vi } from "vitest";

// Files share a process, and so what one of them leaves changed.
afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.useRealTimers();
});
