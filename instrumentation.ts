/** Next's hook at server start. Requests are watched at the HTTP server, so that pages, refusals and errors count too. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { watchRequests } = await import("./lib/http/request-log");
    const { scheduleHousekeeping } = await import("./lib/housekeeping");
    watchRequests({ isDevelopment: process.env.NODE_ENV === "development" });
    scheduleHousekeeping();
  }
}
