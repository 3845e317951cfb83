// Loaded into commands and the server: V8 optimises what Prisma's WebAssembly does at its first query, which takes longer than
// doing it, and most processes of a command end before it pays. What is used a hundred times is optimised as ever.
import v8 from "node:v8";

v8.setFlagsFromString("--wasm-tiering-budget=100000000");
