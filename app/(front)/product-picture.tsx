import type { Theme } from "@/components/ui/theme";
import { PICTURES, type PictureName, pictureFile } from "./pictures";

type Props = { name: PictureName; theme: Theme; isFirst?: boolean; className?: string };

/** The portal as it is, in the colours that the reader has chosen. `isFirst`: seen before anybody scrolls. */
export function ProductPicture({ name, theme, isFirst = false, className = "" }: Props) {
  const { width, height, alt } = PICTURES[name];
  return (
    <picture>
      {theme === "system" && <source srcSet={pictureFile(name, "dark")} media="(prefers-color-scheme: dark)" />}
      <img
        src={pictureFile(name, theme === "dark" ? "dark" : "light")}
        width={width}
        height={height}
        alt={alt}
        loading={isFirst ? "eager" : "lazy"}
        decoding="async"
        fetchPriority={isFirst ? "high" : "auto"}
        className={`h-auto w-full rounded-lg border border-line ${className}`}
      />
    </picture>
  );
}
