import type { MetadataRoute } from "next";

export default function manifest(): MetadataRoute.Manifest {
  return {
    name: "Latchkey",
    short_name: "Latchkey",
    description: "Get, watch, replace and revoke API keys.",
    start_url: "/",
    display: "browser",
    background_color: "#ffffff",
    theme_color: "#1d4fd7",
    icons: [
      { src: "/icon.svg", sizes: "any", type: "image/svg+xml" },
      { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
      { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
    ],
  };
}
