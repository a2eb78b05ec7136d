// The server's pages in a real browser: what people do, keyboard, two widths, light and dark,
// axe on every page, and screenshots. Started by web.sh, which says where the server is.
//
//   node web.mjs URL SCREENSHOTS
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [url, pictures] = process.argv.slice(2);
const grant = (name) => execFileSync("/bin/sh", ["-c", process.env.E2E_GRANT, "sh", name]);
const require = createRequire(path.join(process.env.E2E_MODULES, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(pictures, { recursive: true });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--force-color-profile=srgb"] });
const problems = [];
let looked = 0;

async function open(options = {}) {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.on("console", (m) => {
    if (/Content.Security.Policy/i.test(m.text())) problems.push(`${page.url()}: ${m.text()}`);
  });
  page.on("pageerror", (e) => problems.push(`${page.url()}: ${e}`));
  page.setDefaultTimeout(15_000);
  return page;
}

// check runs axe and looks for what sticks out to the right.
async function check(page, what) {
  looked++;
  const result = await page.evaluate(`(() => { ${axe}; return axe.run(document, { resultTypes: ["violations"] }); })()`);
  for (const v of result.violations) {
    if (["serious", "critical", "moderate"].includes(v.impact)) {
      problems.push(`${what}: axe ${v.impact} ${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(" | ")}`);
    }
  }
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (beyond > 1) problems.push(`${what}: ${beyond} pixels wider than the window`);
}

async function visit(page, address, what, shot) {
  await page.goto(address);
  await check(page, what);
  if (shot) await page.screenshot({ path: path.join(pictures, `web-${shot}.png`) });
}

const password = "correct horse battery";
const field = (page, name) => page.locator(`[name="${name}"]`);

// Ada signs up with nothing but the keyboard.
const ada = await open();
await visit(ada, "/", "start page", "start");
await visit(ada, "/sign-in", "sign-in", "sign-in");
await ada.goto("/sign-up");
await check(ada, "sign-up");
assert.equal(await ada.evaluate(() => document.activeElement.name), "name", "the first field has the focus");
await ada.keyboard.type("ada");
await ada.keyboard.press("Tab");
await ada.keyboard.type(password);
await ada.keyboard.press("Enter");
await ada.waitForURL("**/rooms");
await check(ada, "no rooms yet");
await ada.keyboard.press("Tab");
assert.equal(await ada.evaluate(() => document.activeElement.textContent), "Skip to the content", "the first Tab leads past the navigation");

// A token, made on the page, fills the server through the API.
await ada.goto("/account/tokens");
await field(ada, "name").fill("end-to-end test");
await ada.getByLabel("See, change and share").check();
await ada.getByRole("button", { name: "Make the token" }).click();
const token = await ada.locator("#token").textContent();
await check(ada, "a new token");

let n = 0;
async function call(method, to, body, headers = {}) {
  const response = await fetch(url + to, {
    method, body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": `laptop:${++n}`, ...headers },
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${to}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}
const uuid = () => {
  const b = crypto.getRandomValues(new Uint8Array(16));
  let t = Date.now();
  for (let i = 5; i >= 0; i--) { b[i] = t % 256; t = Math.floor(t / 256); }
  b[6] = (b[6] & 15) | 112; b[8] = (b[8] & 63) | 128;
  const h = [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
};

const solution = `// Largest sum of a contiguous, non-empty part of the array.
#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::vector<long long> a(n);
    for (auto& x : a) std::cin >> x;

    long long best = 0, cur = 0;
    for (int i = 0; i < n; ++i) {
        cur = std::max(cur + a[i], 0LL);
        best = std::max(best, cur);
    }
    std::cout << best << "\\n";
}
`;
const brute = `n = int(input())
a = list(map(int, input().split()))
best = a[0]
for i in range(n):
    total = 0
    for j in range(i, n):  # every part, one by one
        total += a[j]
        best = max(best, total)
print(best)
`;
const generator = `import random, sys
random.seed(int(sys.argv[1]))
n = random.randint(1, 8)
print(n)
print(*[random.randint(-9, 9) for _ in range(n)])
`;
const room = await call("POST", "/v1/rooms", {
  title: "Maximum subarray", files: [
    { slot: "tested", name: "sol.cpp", content: solution }, { slot: "brute", name: "sol_brute.py", content: brute },
    { slot: "generator", name: "sol_gen.py", content: generator }, { slot: "test:wa-1.in", name: "wa-1.in", content: "2\n-3 -1\n" },
    { slot: "test:wa-1.ans", name: "wa-1.ans", content: "-1\n" }],
});
await call("POST", "/v1/rooms", { title: "Two pointers on a ring" });
await call("POST", "/v1/rooms", { title: "Shortest path with one free edge" });
const base = (await call("GET", `/v1/rooms/${room.id}/files/tested`)).rev;
const fixed = await call("PUT", `/v1/rooms/${room.id}/files/tested`,
  { name: "sol.cpp", content: solution.replace("best = 0, cur = 0", "best = a[0], cur = 0") }, { "If-Match": `"${base}"` });
await call("POST", `/v1/rooms/${room.id}/conflicts`, {
  id: uuid(), slot: "tested", base_rev: base, head_rev: fixed.rev, name: "sol.cpp",
  content: solution.replace("best = 0, cur = 0", "best = -4e18, cur = 0").replace("// Largest sum", "// Kadane: largest sum"),
}, { "Idempotency-Key": "desktop:1" });
const run = uuid();
await call("POST", `/v1/rooms/${room.id}/runs`, { id: run, room_rev: base, verdict: "WA", tests: 137, seconds: 0.8, seed: 1, started: new Date().toISOString() });
await call("POST", `/v1/rooms/${room.id}/runs`, { id: uuid(), room_rev: fixed.rev, verdict: "OK", tests: 10000, seconds: 3.1, seed: 1, started: new Date().toISOString() });
const found = uuid();
await call("POST", `/v1/rooms/${room.id}/counterexamples`, {
  id: found, run, room_rev: base, verdict: "WA", seed: 137, message: "prints 0 where -1 is expected",
  failure: {
    verdict: "WA", test_number: 137, test_seed: 137, flaky: false, message: "prints 0 where -1 is expected",
    counterexample: { input: "2\n-3 -1\n", expected: "-1\n", actual: "0\n", stderr: "", exit_code: 0, signal: "", original_input: "8\n-3 -1 -7 -9 -2 -8 -4 -6\n", oracle_runs: 41, saved_as: "" },
    location: { file: "sol.cpp", line: 17, column: 15, token_index: 0, expected_token: "-1", actual_token: "0", stack: [] },
  },
});

// She looks after the server, which only its command line can decide, and has users.
grant("ada");
for (const name of ["grace", "linus", "barbara"]) {
  const page = await open();
  await page.goto("/sign-up");
  await field(page, "name").fill(name);
  await field(page, "password").fill(password);
  await page.getByRole("button", { name: "Create the account" }).click();
  await page.waitForURL("**/rooms");
  await page.context().close();
}
await ada.waitForFunction(async () => (await fetch("/admin")).ok, undefined, { polling: 200 });

// Every page, on a phone and a wide screen, light and dark.
const state = await ada.context().storageState();
const conflicts = await call("GET", `/v1/rooms/${room.id}/conflicts`);
const at = `/rooms/${room.id}`;
const pages = {
  "/rooms": "rooms", [at]: "room", [`${at}/counterexamples`]: "", [`${at}/counterexamples/${found}`]: "counterexample", [`${at}/runs`]: "runs",
  [`${at}/history`]: "history", [`${at}/change?slot=tested&rev=${fixed.rev}`]: "change", [`${at}/conflicts`]: "",
  [`${at}/conflicts/${conflicts.conflicts[0].id}`]: "conflict", [`${at}/members`]: "members", "/rooms?deleted=1": "", "/invite": "",
  "/account": "profile", "/account/devices": "devices", "/account/tokens": "tokens", "/account/usage": "usage", "/account/activity": "activity", "/device": "device", "/nowhere": "not-found",
  "/admin": "admin-users", "/admin/usage": "admin-usage", "/admin/events": "admin-events", "/new-password": "", "/shared": "",
  "/error": "", "/error?reason=client": "error", "/error?reason=redirect": "", [`/rooms/${uuid()}`]: "",
};
for (const [width, height, size] of [[1280, 800, "wide"], [390, 844, "phone"]]) {
  for (const colorScheme of ["light", "dark"]) {
    const page = await open({ storageState: state, viewport: { width, height }, colorScheme });
    for (const [address, name] of Object.entries(pages)) {
      // Of each page one picture of each width, one of them dark.
      const shot = name && (size === "wide") === (colorScheme === "light") ? `${name}-${size}-${colorScheme}` : "";
      await visit(page, address, `${address} ${size} ${colorScheme}`, shot);
    }
    if (size === "wide" && colorScheme === "dark") await visit(page, at, "room", "room-wide-dark");
    await page.context().close();
  }
}

// A second person joins by a link, without an account at first; the secret stays out of the log.
await ada.goto(`${at}/members`);
await ada.getByRole("button", { name: "Invite" }).click();
const invitation = await ada.locator("#link").textContent();
assert.match(invitation, /\/invite#./);
const eve = await open();
await eve.goto(invitation);
await eve.waitForURL("**/sign-in**");
await eve.getByRole("link", { name: "Create an account" }).click();
await field(eve, "name").fill("eve");
await field(eve, "password").fill(password);
await eve.getByRole("button", { name: "Create the account" }).click();
await eve.getByRole("heading", { name: "Join Maximum subarray?" }).waitFor();
await check(eve, "an invitation");
await eve.getByRole("button", { name: "Join" }).click();
await eve.waitForURL(`**${at}**`);
assert.match(await eve.locator(".note.good").first().textContent(), /member of this room/);

// She decides the conflict; the file has both changes, and the history has it all.
await eve.getByRole("link", { name: "Decide" }).first().click();
await eve.getByRole("link", { name: "Decide" }).last().click();
const merged = field(eve, "content");
await merged.fill((await merged.inputValue()).replace(/^.*best = -4e18.*\n/m, ""));
await eve.getByRole("button", { name: "Save this as the result" }).click();
await eve.waitForURL(`**${at}?**`);
const text = (await call("GET", `/v1/rooms/${room.id}/files/tested`)).content;
assert.match(text, /Kadane/);
assert.match(text, /best = a\[0\]/);
assert.doesNotMatch(text, /4e18/);

// An earlier version is restored.
await eve.goto(`${at}/change?slot=tested&rev=${base}`);
eve.once("dialog", (d) => d.accept());
await eve.getByRole("button", { name: "Restore this version" }).click();
await eve.waitForURL(`**${at}?**`);
assert.doesNotMatch((await call("GET", `/v1/rooms/${room.id}/files/tested`)).content, /Kadane/);

// A link to look at, for somebody without an account.
await ada.goto(`${at}/members`);
await ada.getByRole("button", { name: "Make a link" }).click();
const share = await ada.locator("#link").textContent();
const stranger = await open();
await stranger.goto(share);
await stranger.getByText("read only").waitFor();
await check(stranger, "a shared room");
assert.equal(new URL(stranger.url()).hash, "", "the secret does not stay in the address");

// A forgotten password is set by a link, which then has expired; so have an invitation and
// a shared room that were ended.
await ada.goto("/admin?search=grace");
ada.once("dialog", (d) => d.accept());
await ada.getByRole("button", { name: "Make a link for a new password of grace" }).click();
const reset = await ada.locator("#link").textContent();
await check(ada, "a link for a new password");
for (const [width, height, colorScheme] of [[1280, 800, "light"], [390, 844, "dark"]]) {
  const grace = await open({ viewport: { width, height }, colorScheme });
  await grace.goto(reset);
  await field(grace, "password").waitFor();
  await check(grace, `a new password, ${colorScheme}`);
  await grace.screenshot({ path: path.join(pictures, `web-new-password-${width > 640 ? "wide" : "phone"}-${colorScheme}.png`) });
  if (colorScheme === "dark") {
    await field(grace, "password").fill("short");
    await grace.locator("form").evaluate((f) => { f.noValidate = true; });
    await grace.getByRole("button", { name: "Set the password" }).click();
    await grace.getByText("at least 8").first().waitFor();
    await check(grace, "a new password that is too short");
    await field(grace, "password").fill("horse battery correct");
    await grace.getByRole("button", { name: "Set the password" }).click();
    await grace.waitForURL("**/sign-in?done=reset");
    await check(grace, "a new password is set");
  }
  await grace.context().close();
}
await ada.goto(`${at}/members`);
for (let left = await ada.getByRole("button", { name: /^Take back/ }).count(); left > 0; left--) {
  await ada.getByRole("button", { name: /^Take back/ }).first().click();
  await ada.waitForFunction((n) => [...document.querySelectorAll("button")].filter((b) => b.textContent === "Take back").length === n, left - 1);
}
for (const [link, what] of [[reset, "an expired link for a new password"], [invitation, "an expired invitation"], [share, "an expired shared room"]]) {
  for (const [width, height, colorScheme] of [[1280, 800, "light"], [390, 844, "dark"]]) {
    const late = await open({ viewport: { width, height }, colorScheme, ...(link === invitation ? { storageState: state } : {}) });
    await late.goto(link);
    await late.getByText(/does not work any more|expired/i).first().waitFor();
    await check(late, `${what}, ${colorScheme}`);
    if (link === invitation) await late.screenshot({ path: path.join(pictures, `web-expired-${width > 640 ? "wide" : "phone"}-${colorScheme}.png`) });
    await late.context().close();
  }
}

// Without JavaScript the pages do their work, too.
const plain = await open({ javaScriptEnabled: false });
await plain.goto("/sign-in");
await field(plain, "name").fill("eve");
await field(plain, "password").fill(password);
await plain.getByRole("button", { name: "Sign in" }).click();
await plain.waitForURL("**/rooms");
await plain.getByRole("link", { name: "Maximum subarray" }).click();
await plain.getByRole("link", { name: "sol_brute.py" }).click();
await plain.getByText("every part, one by one").waitFor();

await browser.close();
if (problems.length) {
  console.error([...new Set(problems)].join("\n"));
  process.exit(1);
}
console.log(`${looked} looks at pages: nothing for axe or the content security policy to object to`);
