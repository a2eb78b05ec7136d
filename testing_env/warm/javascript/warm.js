"use strict";
// A Node process that makes one run of the script after the other, each in a V8 context
// of its own: fresh globals, fresh built-in objects, the script evaluated anew.
// ../README.md has the protocol. Usage: node warm.js SCRIPT.
const fs = require("fs");
const path = require("path");
const vm = require("vm");
const { Console } = require("console");
const EventEmitter = require("events");

const [requests, answers] = process.env.STRESSTESTER_WARM.split(":").map(Number);
delete process.env.STRESSTESTER_WARM;
const file = process.argv[2];

// Modules that keep no state of a run; each run has copies that it may change.
const modules = new Set(["assert", "buffer", "events", "fs", "os", "path", "perf_hooks", "process", "readline", "string_decoder", "timers", "util"]);

const say = (text) => fs.writeSync(answers, text + "\n");

function fill(buffer) {
  for (let have = 0; have < buffer.length; ) {
    const n = fs.readSync(requests, buffer, have, buffer.length - have);
    if (n === 0) return false;
    have += n;
  }
  return true;
}

/** Why the script is not run here: it has no result, now and from now on. */
class Unfit extends Error {}
/** Unwinds a run that called process.exit. */
class Ended extends Error {}

let script, source;
try {
  source = fs.readFileSync(file, "utf8").replace(/^#!.*/, "");
  if (file.endsWith(".mjs")) throw new Unfit("it is a module");
  if (/\b(?:process\s*\.\s*(?:binding|dlopen|chdir|kill|abort|reallyExit|setUncaught\w*)|prependListener|captureStackTrace)\b/.test(source))
    throw new Unfit("it uses the process in a way whose effect would outlive a run");
  script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, { filename: file });
} catch (e) {
  say("unsuitable " + (e instanceof Unfit ? e.message : "it is a module, or does not compile"));
  process.reallyExit(0);
}

// The class of the streams of a process whose output is a file, as it is here.
const FileStream = process.stdout.constructor;
const globals = Object.getOwnPropertyNames(globalThis);
let run = null;

/** The timers of a run, which end with it: one that is unreferenced would fire in the next. */
const timers = {};
for (const kind of ["Timeout", "Interval", "Immediate"]) {
  const [set, clear] = [globalThis["set" + kind], globalThis["clear" + kind]];
  timers["set" + kind] = (...a) => {
    const handle = set(...a);
    run?.handles.push([clear, handle]);
    return handle;
  };
}
/**
 * What all runs share: the constructors and prototypes of Node's own context, which programs come by, and the
 * modules. Each with its properties as they were before any run. Plain functions take no new ones.
 */
const shared = [];
function share(object, depth) {
  if (object === null || (typeof object !== "object" && typeof object !== "function") || shared.some((s) => s.object === object)) return;
  if (typeof object === "function" && !object.prototype) return Object.preventExtensions(object);
  const names = Reflect.ownKeys(object);
  const properties = names.map((key) => Object.getOwnPropertyDescriptor(object, key));
  shared.push({ object, names, values: properties.map((p) => p.value), accessors: properties.map((p) => p.get) });
  share(Object.getPrototypeOf(object), depth);
  if (depth > 0) for (const p of properties) if (p.value !== process && p.value !== globalThis) share(p.value, depth - 1);
}

/** Whether the program could come by something shared: that takes one of these words. */
function reaches(text) {
  const own = vm.createContext({});
  const nodes = globals.filter((name) => !vm.runInContext(`${JSON.stringify(name)} in globalThis`, own) && !(name in timers) && !/^(?:console|process|clear\w+)$/.test(name));
  const ways = ["Uint8Array", "ArrayBuffer", "global", "globalThis", "this", "eval", "Function", "Reflect", "prototype", "constructor", "__proto__", "__defineGetter__",
    "getPrototypeOf", "with", "constants", "promises", "posix", "win32", "types", "inspect", "events", "assert", "buffer", "os", "path", "perf_hooks", "string_decoder", "util"];
  return /\\[xu]/.test(text) || new RegExp(`\\b(?:${[...new Set([...nodes, ...ways])].join("|")})\\b`).test(text);
}

/** The name of something shared that is not as it was, or undefined. */
function changed() {
  for (const { object, names, values, accessors } of shared) {
    for (let i = 0; i < names.length; i++) {
      if (accessors[i] === undefined && object[names[i]] !== values[i] && values[i] === values[i]) return String(names[i]);
    }
    const now = Reflect.ownKeys(object);
    if (now.length !== names.length) return String(now.find((key) => !names.includes(key)) ?? "a property that is missing");
  }
}

/** Makes the run's own process object, whose listeners and streams end with it. */
function ownProcess(args, env) {
  const own = Object.create(process);
  EventEmitter.call(own);
  const writer = (fd) => {
    let stream;
    return () => {
      if (!stream) {
        stream = new FileStream(fd, { autoClose: false });
        stream._type = "fs";
        const write = stream.write;
        stream.write = (...a) => (run && run.ended ? true : write.apply(stream, a));
      }
      return stream;
    };
  };
  let stdin;
  const reader = () => (stdin ??= new fs.ReadStream(null, { fd: 0, autoClose: false }));
  Object.defineProperties(own, {
    argv: { value: [process.argv[0], file, ...args], writable: true, configurable: true },
    env: { value: { ...env }, writable: true, configurable: true },
    stdin: { get: reader, configurable: true },
    stdout: { get: writer(1), configurable: true },
    stderr: { get: writer(2), configurable: true },
    exitCode: { value: undefined, writable: true, configurable: true },
    exit: {
      value: (code) => {
        if (code !== undefined) own.exitCode = code;
        if (!run.ended) {
          own.emit("exit", Number(own.exitCode ?? 0));
          run.ended = true;
        }
        throw new Ended();
      },
      writable: true,
      configurable: true,
    },
  });
  return [own, new Console({ stdout: own.stdout, stderr: own.stderr })];
}

function start(args, env) {
  const [own, out] = ownProcess(args, env);
  run = { process: own, ended: false, failed: false, unfit: null, handles: [] };
  const context = vm.createContext({});
  const inside = vm.runInContext("globalThis", context);
  for (const name of globals) {
    if (!(name in inside)) Object.defineProperty(inside, name, { ...Object.getOwnPropertyDescriptor(globalThis, name), configurable: true });
  }
  const define = (name, value) => Object.defineProperty(inside, name, { value, writable: true, configurable: true });
  for (const name in timers) define(name, timers[name]);
  define("global", inside);
  define("process", own);
  define("console", out);
  // What the library makes is made of these.
  define("Uint8Array", Uint8Array);
  define("ArrayBuffer", ArrayBuffer);
  const require_ = (name) => {
    const plain = String(name).replace(/^node:/, "");
    if (!modules.has(plain)) {
      run.unfit = `it requires ${plain}, whose state would outlive a run`;
      throw new Unfit(run.unfit);
    }
    if (plain === "process") return own;
    const original = require(plain);
    if (plain === "timers") return { ...original, ...timers };
    return typeof original === "function" ? original : Object.defineProperties({}, Object.getOwnPropertyDescriptors(original));
  };
  const module = { exports: {}, filename: file, id: ".", loaded: false, children: [], paths: [], require: require_ };
  require_.main = module;
  require_.cache = {};
  try {
    script.runInContext(context).call(module.exports, module.exports, require_, module, file, path.dirname(file));
  } catch (e) {
    caught(e);
  }
}

function caught(e) {
  if (!(e instanceof Ended)) run.failed = true;
}

process.on("uncaughtException", caught);
process.on("unhandledRejection", caught);

/** Ends the run, of which nothing is going on any more, and returns the answer. */
function finish() {
  if (!run.ended) {
    try {
      run.process.emit("beforeExit", Number(run.process.exitCode ?? 0));
      run.process.emit("exit", Number(run.process.exitCode ?? 0));
    } catch (e) {
      caught(e);
    }
  }
  for (const [clear, handle] of run.handles) clear(handle);
  if (run.unfit) return "unsuitable " + run.unfit;
  const name = watched ? changed() : undefined;
  if (name !== undefined) return `unsuitable it changes objects that all runs share (${name.replace(/[^\w$ ]/g, "?")})`;
  return run.failed || Number(run.process.exitCode ?? 0) !== 0 ? "failed" : "done";
}

// The loop has run dry: whatever the run had to do is done.
process.on("beforeExit", () => {
  if (run) say(finish());
  run = null;
  const header = Buffer.alloc(8);
  if (!fill(header)) process.reallyExit(0);
  const block = Buffer.alloc(header.readUInt32LE(4));
  if (!fill(block)) process.reallyExit(0);
  const words = block.toString().split("\0");
  const count = header.readUInt32LE(0);
  const env = {};
  for (const entry of words.slice(count, -1)) env[entry.slice(0, entry.indexOf("="))] = entry.slice(entry.indexOf("=") + 1);
  start(words.slice(0, count), env);
  setImmediate(() => {}); // what comes after this is the next time that the loop runs dry
});

const watched = reaches(source);
for (const name of globals) if (name !== "globalThis" && name !== "global") share(Object.getOwnPropertyDescriptor(globalThis, name).value, 1);
for (const name of modules) if (name !== "process") share(require(name), 2);
say("ready");
