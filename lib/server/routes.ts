const MAX_SEGMENTS = 12;

/** Where a segment of a route leads: to those that may follow it, by name; what is filled in is named `[id]`. */
type Place = Map<string, Place>;

export type RouteOf = (url: string) => string;

/**
 * Names routes for the log: an address without its query, and with every segment hidden that is no word of a known route
 * at its place. Such a segment could be anything, a password of small letters included.
 * @param routes such as `/api/api-keys/[id]`
 */
export function nameRoutes(routes: readonly string[]): RouteOf {
  const start: Place = new Map();
  for (const route of routes) {
    let place = start;
    for (const segment of route.split("/").filter(Boolean)) place = stepInto(place, segment.startsWith("[") ? "[id]" : segment);
  }
  return (url) => {
    const [path = ""] = url.split(/[?#]/, 1);
    let place: Place | undefined = start;
    const names = path.split("/", MAX_SEGMENTS).map((segment) => {
      if (segment === "") return "";
      const name = place?.has(segment) ? segment : "[id]";
      place = place?.get(name);
      return name;
    });
    return names.join("/");
  };
}

function stepInto(place: Place, name: string): Place {
  const next = place.get(name) ?? new Map();
  place.set(name, next);
  return next;
}
