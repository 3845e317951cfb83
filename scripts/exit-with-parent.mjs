// Loaded into the server process: when whoever started it is gone, even by kill -9, it goes too and frees its port.
if (process.channel) {
  // `next dev` runs its server in a child of its own and looks after it itself: this is not for that one.
  process.execArgv.length = 0;
  process.on("disconnect", () => process.exit(0));
  process.channel.unref();
}
