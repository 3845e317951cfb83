import fs from "node:fs";
import path from "node:path";
import type { Remark } from "../lib/imports/run";
import { csvHeading, csvLine } from "../lib/values/csv";
import { explainFileError, Failure } from "./failure";

const COLUMNS = ["file", "line", "id", "reason", "first_file", "first_line", "taken"];
const WRITTEN_AT_ONCE = 1000;

/** A file of the rows that there is something to say of, made for its owner alone once there is one. One from before is replaced. */
export class ImportReport {
  private lines: string[] = [];
  private descriptor: number | null = null;
  private readonly isCsv: boolean;

  constructor(private readonly file: string) {
    this.isCsv = file.toLowerCase().endsWith(".csv");
    if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory())
      throw new Failure(`${file} is a folder: name a file with --report.`);
    if (!fs.existsSync(path.dirname(file))) throw new Failure(`There is no folder ${path.dirname(file)}.`);
    fs.rmSync(file, { force: true });
  }

  readonly add = (remark: Remark): void => {
    const { file, line, id, reason, first, taken } = remark;
    const cells = [file, line, id ?? "", reason, first?.file ?? "", first?.line ?? "", String(taken)];
    this.lines.push(this.isCsv ? csvLine(cells) : `${JSON.stringify(remark)}\n`);
    if (this.lines.length >= WRITTEN_AT_ONCE) this.write();
  };

  close(): void {
    this.write();
    if (this.descriptor !== null) fs.closeSync(this.descriptor);
    this.descriptor = null;
  }

  private write(): void {
    if (this.lines.length === 0) return;
    try {
      this.descriptor ??= this.begin();
      fs.writeSync(this.descriptor, this.lines.join(""));
    } catch (error) {
      throw explainFileError(error, `writing ${this.file}`, "Name another file with --report.");
    }
    this.lines = [];
  }

  private begin(): number {
    const descriptor = fs.openSync(this.file, "wx", 0o600);
    if (this.isCsv) fs.writeSync(descriptor, csvHeading(COLUMNS));
    return descriptor;
  }
}
