// Tells which line of a JavaScript program printed one byte of its standard output.
//
// Loaded by "node --require" with STRESSTESTER_TRACE="FD:OFFSET". Output goes to the file at
// once, by whatever way of Node's, and the write with the byte at OFFSET is logged to FD as
// described in trace.c, with frames as "LINE:FUNCTION". With "FD:OFFSET:PERIOD" no write is
// logged; instead another thread stops the program for a moment every PERIOD microseconds
// and logs where it was, and by how much its memory has grown.
"use strict";

const fs = require("fs");

// line is one line of the log.
function line(kind, numbers, frames) {
  return [kind, ...numbers, ...frames].join(" ") + "\n";
}

// frame is a call as the log has it.
function frame(number, name) {
  return number + ":" + (name || "<module>").replace(/\s/g, "_");
}

function install(log, wanted, program) {
  const writeSync = fs.writeSync;
  let at = 0;

  // stack are the calls of the program's own, the innermost first.
  function stack() {
    const { prepareStackTrace, stackTraceLimit } = Error;
    Error.stackTraceLimit = 100;
    Error.prepareStackTrace = (_, calls) => calls;
    const calls = new Error().stack;
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
    return calls
      .filter((c) => String(c.getFileName()).replace(/^file:\/\//, "") === program && c.getLineNumber() > 0)
      .slice(0, 60)
      .map((c) => frame(c.getLineNumber(), c.getFunctionName()));
  }

  // print writes all of the data.
  function print(data) {
    for (let done = 0; done < data.length; ) {
      done += writeSync(1, data, done, data.length - done);
    }
    if (at <= wanted && wanted < at + data.length) {
      writeSync(log, line("w", [at, at + data.length], stack()));
    }
    at += data.length;
  }

  // bytes is what fs.write and its like are given, as a buffer.
  function bytes(data, from, n, encoding) {
    if (typeof data === "string") return Buffer.from(data, typeof n === "string" ? n : encoding);
    if (from !== null && typeof from === "object") ({ offset: from, length: n } = from);
    const all = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    from = from || 0;
    return all.subarray(from, n == null ? all.length : from + n);
  }

  fs.writeSync = function (fd, data, from, n, position) {
    if (fd !== 1) return writeSync(fd, data, from, n, position);
    const all = bytes(data, from, n);
    print(all);
    return all.length;
  };
  const write = fs.write;
  fs.write = function (fd, data, ...rest) {
    if (fd !== 1) return write(fd, data, ...rest);
    const done = rest.pop();
    const all = bytes(data, ...rest);
    print(all);
    process.nextTick(done, null, all.length, data);
  };
  for (const name of ["writeFileSync", "appendFileSync"]) {
    const original = fs[name];
    fs[name] = function (to, data, options) {
      if (to !== 1 && to !== "/dev/stdout") return original(to, data, options);
      print(bytes(typeof data === "string" || ArrayBuffer.isView(data) ? data : String(data), 0, null,
        typeof options === "string" ? options : options && options.encoding));
    };
  }
  require("module").syncBuiltinESMExports();
  process.stdout._write = function (data, encoding, done) {
    print(Buffer.isBuffer(data) ? data : Buffer.from(data, encoding));
    done();
  };
  process.stdout._writev = null;
}

// sampler runs in a thread of its own.
const sampler = `
const { workerData: w } = require("worker_threads");
const { Session } = require("inspector");
const fs = require("fs");
const session = new Session();
const urls = new Map(); // of scripts by their identifiers
let before = 0, left = 4000;
session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url.replace("file://", "")));
session.on("Debugger.paused", ({ params }) => {
  const now = process.memoryUsage.rss();
  const frames = params.callFrames
    .filter((f) => urls.get(f.location.scriptId) === w.program)
    .slice(0, 24)
    .map((f) => (f.location.lineNumber + 1) + ":" + (f.functionName || "<module>").replace(/\\s/g, "_"));
  fs.writeSync(w.log, ["t", Math.max(0, now - before), ...frames].join(" ") + "\\n");
  before = now;
  session.post("Debugger.resume");
});
session.connectToMainThread();
session.post("Debugger.enable");
setInterval(() => { if (left-- > 0) session.post("Debugger.pause"); }, w.period / 1000);
`;

function sample(log, period, program) {
  const { Worker } = require("worker_threads");
  new Worker(sampler, { eval: true, execArgv: [], workerData: { log, period, program } }).unref();
}

const order = process.env.STRESSTESTER_TRACE;
if (order && require("worker_threads").isMainThread) {
  delete process.env.STRESSTESTER_TRACE;
  const [log, wanted, period] = order.split(":").map(Number);
  const program = require("path").resolve(process.argv[1]);
  if (period > 0) sample(log, period, program);
  else if (period === undefined) install(log, wanted, program);
}
