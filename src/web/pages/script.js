'use strict';
// Comfort alone: every page works without it.
for (const time of document.querySelectorAll('time[datetime]')) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) time.textContent = at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}
let isWritten = false;
for (const form of document.querySelectorAll('form.step')) {
  form.addEventListener('input', () => { isWritten = true; });
  form.addEventListener('submit', () => { isWritten = false; });
}
addEventListener('beforeunload', (event) => { if (isWritten) event.preventDefault(); });
addEventListener('keydown', (event) => {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    document.getElementById('q').focus();
  }
});
const title = document.querySelector('#new-ticket [name=title]');
const similar = document.getElementById('similar');
if (title && similar) {
  let wait;
  title.addEventListener('input', () => {
    clearTimeout(wait);
    wait = setTimeout(async () => {
      const answer = await fetch('/similar?title=' + encodeURIComponent(title.value));
      // Its texts were escaped where the page was made.
      if (answer.ok) similar.innerHTML = await answer.text();
    }, 300);
  });
}
if (document.querySelector('[data-ticket]') && 'EventSource' in window) {
  // Only the page that is looked at listens: a browser opens six connections to a server at most.
  const mark = (event) => {
    for (const place of document.querySelectorAll('[data-ticket="' + CSS.escape(event.data) + '"]')) {
      const notice = place.querySelector(':scope > .changed');
      if (notice) notice.hidden = false; else place.classList.add('is-changed');
    }
  };
  const since = encodeURIComponent(document.body.dataset.now || '');
  let changes = null;
  const listen = () => {
    if (changes) changes.close();
    changes = document.hidden ? null : new EventSource('/changes?since=' + since);
    if (changes) changes.addEventListener('ticket', mark);
  };
  document.addEventListener('visibilitychange', listen);
  addEventListener('pagehide', () => { if (changes) changes.close(); });
  listen();
}
