// Comforts only: every page works without this file.
"use strict";

// On narrow screens the current tab may be out of sight.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Buttons that copy an element's text.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Press Ctrl+C";
    }
  });
}

// Buttons that ask first.
for (const button of document.querySelectorAll("[data-confirm]")) {
  button.addEventListener("click", (event) => {
    if (!confirm(button.dataset.confirm)) event.preventDefault();
  });
}

// A form is sent once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Links carry their secrets behind the #, which is never sent: put it into the form.
function useFragment() {
  const form = document.querySelector("form[data-fragment]");
  if (!form || location.hash.length < 2) return;
  form.elements[form.dataset.fragment].value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  form.requestSubmit();
}
useFragment();
addEventListener("hashchange", useFragment);

// Signing in or up first must not lose the secret behind the #.
const back = document.querySelector("form input[name=return]");
if (back?.value === "/invite" && location.hash.length > 1) {
  back.value += location.hash;
  for (const link of document.querySelectorAll("main a[href^='/sign-']")) link.hash = location.hash;
}
