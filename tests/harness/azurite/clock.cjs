// Lets Azurite live by the lab's clock: every "now" is the wall clock plus the offset that stands in a file.
// A file, and not a pipe, so that the very next request already sees a clock that was just moved.
"use strict";
const fs = require("fs");

const WallDate = Date;
const file = fs.openSync(process.env.LAB_CLOCK_FILE, "r");
const offset = Buffer.alloc(8);

function now() {
  fs.readSync(file, offset, 0, 8, 0);
  return WallDate.now() + Math.round(offset.readDoubleLE(0) * 1000);
}

globalThis.Date = new Proxy(WallDate, {
  apply: () => new WallDate(now()).toString(),
  construct: (target, given, self) => Reflect.construct(target, given.length ? given : [now()], self),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});

// Standard input closes when the lab ends, however it ends; until then it keeps nobody alive.
process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();
process.stdin.unref?.();
