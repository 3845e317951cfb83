/** Next's hook at server start. Requests are watched at the HTTP server, so that pages, refusals and errors count too. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { wrongSettings } = await import("./lib/settings/env");
    const { log } = await import("./lib/settings/log");
    const wrong = wrongSettings();
    // An error thrown here would make every answer a bare 500, and nobody could read what /api/health says.
    if (wrong) return log.error(`These settings need attention (see .env.example): ${wrong.join("; ")}.`);
    const { cautions, contradictions, unsetSecrets } = await import("./lib/settings/contradictions");
    for (const sentence of [...contradictions(), ...cautions()]) log.warn(sentence);
    for (const sentence of unsetSecrets()) log.info(sentence);
    const { watchRequests } = await import("./lib/server/front-door");
    const { allRoutes } = await import("./app/api/routes");
    const { scheduleHousekeeping } = await import("./lib/operations/housekeeping");
    const isDevelopment = process.env.NODE_ENV === "development";
    const { followForms } = await import("./lib/verification/read-forms");
    // Before anything is written of a request: the log knows by them what to mask.
    await followForms();
    const { keepAliveForRest } = await import("./app/_shell/keep-alive");
    keepAliveForRest();
    watchRequests({ isDevelopment, routes: allRoutes() });
    // In development routes are compiled anew, which this copy would not notice. On Vercel what follows an answer is Next's.
    if (!isDevelopment && !process.env.VERCEL) {
      const { prepareOwnServer } = await import("./app/api/own-server");
      await prepareOwnServer();
      const { warnOfLostKeys } = await import("./lib/verification/left-keys");
      void warnOfLostKeys();
      const { failureTime } = await import("./lib/identity/failure-time");
      void failureTime().prepare();
    }
    scheduleHousekeeping();
  }
}
