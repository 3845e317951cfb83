// Loaded into the server process: when whoever started it is gone, even by kill -9, it goes too and frees its port.
if (process.channel) {
  process.on("disconnect", () => process.exit(0));
  process.channel.unref();
}
