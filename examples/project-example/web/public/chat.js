const list = document.querySelector('#messages');
const form = document.querySelector('#form');

async function show() {
  const answer = await fetch('/api/messages?order=sent_at');
  const items = (await answer.json()).map(({ author, body }) => {
    const item = document.createElement('li');
    item.textContent = `${author}: ${body}`;
    return item;
  });
  list.replaceChildren(...items);
}

async function send() {
  const message = Object.fromEntries(new FormData(form));
  await fetch('/api/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  form.reset();
  await show();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void send();
});

await show();
