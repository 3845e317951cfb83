/** The pictures of this build that `npm run pictures` takes, light and dark, by name; sizes are those of the page in CSS pixels. */
export const PICTURES = {
  keys: {
    width: 1280,
    height: 760,
    alt: "The list of keys in the portal: their names, states and a month of calls each, above it what needs a look.",
  },
  "save-your-key": {
    width: 600,
    height: 720,
    alt: "The dialog that shows a new key once: key and secret, masked, a first call in curl, and that it has arrived.",
  },
  key: { width: 1280, height: 760, alt: "A key’s own page: what it may do, and its calls and verifications by day." },
  staff: { width: 1280, height: 760, alt: "The pages of staff: everyone’s keys, with their owners and states." },
} as const;

export type PictureName = keyof typeof PICTURES;

export const PICTURE_THEMES = ["light", "dark"] as const;

export function pictureFile(name: PictureName, theme: (typeof PICTURE_THEMES)[number]): string {
  return `/pictures/${name}-${theme}.webp`;
}
