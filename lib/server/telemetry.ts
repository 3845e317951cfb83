import "server-only";
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { env } from "@/lib/settings/env";
import type { RouteHandler } from "./direct-answers";
import { beforeStop } from "./stop";

/** What is told of a span. Next gives more: addresses with their queries, which may hold the token of a mailed link. */
const TOLD = ["http.method", "http.route", "http.status_code", "next.route", "next.span_type", "error.type"];

class SparingProcessor extends BatchSpanProcessor {
  override onEnd(span: ReadableSpan): void {
    const told: ReadableSpan = Object.create(span, {
      name: { value: span.name.split("?", 1)[0] },
      attributes: { value: Object.fromEntries(Object.entries(span.attributes).filter(([name]) => TOLD.includes(name))) },
      // Messages of errors may hold anything.
      status: { value: { code: span.status.code } },
      events: { value: [] },
    });
    super.onEnd(told);
  }
}

/** Sends the spans that Next makes to OTEL_EXPORTER_OTLP_ENDPOINT, which the exporter reads itself. */
export function startTelemetry(): void {
  const { OTEL_SERVICE_NAME, LATCHKEY_VERSION } = env();
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": OTEL_SERVICE_NAME, "service.version": LATCHKEY_VERSION }),
    spanProcessors: [new SparingProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  beforeStop(() => provider.shutdown());
}

/** The handler with a span of its own, for requests that Next does not see. */
export function traced(method: string, route: string, handler: RouteHandler): RouteHandler {
  const options = { kind: SpanKind.SERVER, attributes: { "http.method": method, "http.route": route } };
  return (request, params) => {
    const caller = propagation.extract(context.active(), Object.fromEntries(request.headers));
    return trace.getTracer("latchkey").startActiveSpan(`${method} ${route}`, options, caller, async (span) => {
      const response = await handler(request, params);
      span.setAttribute("http.status_code", response.status);
      if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      return response;
    });
  };
}
