/**
 * The keys of the terminal's review, and a mail as tall as it is. Everything here can be done without this script, by forms and links.
 * Runs in the browser, from a file of ours, under a policy that lets nothing else run.
 */
(() => {
  'use strict';

  const KEYS_OFF = 'headgate-keys-off';
  /** A key that acts is not taken before the page has been on screen for so long: nobody approves what they have not seen. */
  const READ_MS = 300;

  const byId = (id) => document.getElementById(id);

  // 1. What happened is said again once the page is there: a live region that was there from the beginning says nothing.
  const told = byId('told');
  const said = told?.firstElementChild ?? null;
  if (said !== null) {
    told.removeChild(said);
    requestAnimationFrame(() => told.appendChild(said));
    // A reload shall not say it again.
    const address = new URL(location.href);
    address.searchParams.delete('told');
    history.replaceState(null, '', address.pathname + address.search);
  }

  // 2. The mail in its frame is as tall as it is. It holds no script that could do anything with being asked.
  const reader = byId('reader');
  const fit = () => {
    const root = reader.contentDocument?.documentElement ?? null;
    if (root !== null) reader.style.height = `${Math.ceil(root.getBoundingClientRect().height)}px`;
  };
  if (reader !== null) {
    reader.addEventListener('load', fit);
    window.addEventListener('resize', fit);
    if (reader.contentDocument?.readyState === 'complete') fit();
    // Whoever clicked into the mail goes on with the keys.
    window.addEventListener('blur', () => {
      if (document.activeElement === reader) setTimeout(() => window.focus(), 0);
    });
  }

  // 3. A form is sent once.
  for (const form of document.forms) {
    form.addEventListener('submit', (event) => {
      if (form.dataset.sent === 'yes') event.preventDefault();
      else if (form.method === 'post') form.dataset.sent = 'yes';
    });
  }
  // Back from another page, it may be sent again: the server knows what it has done.
  window.addEventListener('pageshow', () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  // 4. Panels: one is open at a time, Escape closes it, and its first field has the focus.
  const panels = [...document.querySelectorAll('details.panel, details.all')];
  for (const panel of panels) {
    panel.addEventListener('toggle', () => {
      if (panel.open) enter(panel);
    });
  }
  function enter(panel) {
    for (const other of panels) if (other !== panel) other.open = false;
    if (!panel.contains(document.activeElement) || document.activeElement.matches('summary'))
      panel.querySelector('input:not([type=hidden])')?.focus();
  }
  const closePanels = () => {
    const open = panels.find((panel) => panel.open);
    if (open === undefined) return false;
    open.open = false;
    open.querySelector('summary')?.focus();
    return true;
  };

  // 5. Keys.
  const dialog = byId('keys');
  const toggle = byId('keys-on');
  const keysAreOff = () => localStorage.getItem(KEYS_OFF) === 'yes';
  if (toggle !== null) {
    toggle.checked = !keysAreOff();
    toggle.addEventListener('change', () => {
      if (toggle.checked) localStorage.removeItem(KEYS_OFF);
      else localStorage.setItem(KEYS_OFF, 'yes');
    });
  }
  byId('keys-open')?.addEventListener('click', (event) => {
    event.preventDefault();
    dialog?.showModal();
  });

  const openPanel = (id) => {
    const panel = byId(id);
    if (panel === null) return;
    panel.open = true;
    // At once, and not when the browser gets to say so: what is typed next belongs in its first field.
    enter(panel);
  };
  const send = (id) => byId(id)?.requestSubmit();
  const ACTS = {
    j: () => byId('next')?.click(),
    k: () => byId('previous')?.click(),
    a: () => send('approve'),
    e: () => byId('edit')?.click(),
    h: () => openPanel('hold'),
    r: () => openPanel('reject'),
    u: () => send('undo'),
    '?': () => dialog?.showModal(),
  };
  const isTyping = (target) =>
    target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;

  let shownAt = null;
  requestAnimationFrame((now) => {
    shownAt = now;
    setTimeout(() => (document.documentElement.dataset.keys = 'ready'), READ_MS);
  });

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && closePanels()) return;
    const act = ACTS[event.key];
    if (act === undefined || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (keysAreOff() || dialog?.open === true || isTyping(event.target)) return;
    event.preventDefault();
    if (shownAt === null || event.timeStamp - shownAt < READ_MS) return;
    act();
  });
})();
