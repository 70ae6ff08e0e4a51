"use strict";

const LANGUAGE = (navigator.language || "en").startsWith("ru") ? "ru" : "en";
const WORDS = {
  en: {
    name: "User", password: "Password", enter: "Sign in", rejects: "Rejected rows", task: "Task",
    pending: "Waiting", running: "Running", completed: "Done", failed: "Failed", cancelled: "Stopped",
    partial: "Done, needs attention", created: "Created", updated: "Updated", unchanged: "Unchanged",
    duplicate: "Duplicate", rejected: "Rejected", retracted: "Retracted", skipped: "Skipped",
    total: "Total", kind: "Kind", by: "Submitted by", file: "File", attempt: "Attempt", at: "Created at",
    perSecond: "rows/s", left: "s left", unknown: "There is no such task.", again: "Connecting again …",
    row: "Row",
  },
  ru: {
    name: "Имя", password: "Пароль", enter: "Войти", rejects: "Отклоненные строки", task: "Задача",
    pending: "В очереди", running: "Выполняется", completed: "Выполнена", failed: "Не выполнена",
    cancelled: "Остановлена", partial: "Выполнена частично", created: "Создано", updated: "Обновлено",
    unchanged: "Без изменений", duplicate: "Уже загружено", rejected: "Отклонено",
    retracted: "Снято в 1С", skipped: "Пропущено", total: "Всего", kind: "Вид задачи", by: "Кто",
    file: "Файл", attempt: "Попытка", at: "Создана", perSecond: "строк/с", left: "с осталось",
    unknown: "Такой задачи нет.", again: "Соединение восстанавливается …", row: "Строка",
  },
}[LANGUAGE];
const VERDICTS = ["created", "updated", "unchanged", "duplicate", "rejected", "retracted", "skipped"];
const ICONS = { pending: "…", running: "▶", completed: "✓", partial: "!", failed: "✗", cancelled: "■" };
const taskId = location.pathname.split("/").pop();
const at = (id) => document.getElementById(id);
const number = new Intl.NumberFormat(LANGUAGE);
let wait = 500;
let position = null;
let rejectsShown = -1;

document.documentElement.lang = LANGUAGE;
document.querySelectorAll("[data-word]").forEach((e) => { e.textContent = WORDS[e.dataset.word]; });
at("title").textContent = `${WORDS.task} ${taskId}`;

function table(body, rows) {
  body.replaceChildren(...rows.map(([name, value, className]) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    const cell = document.createElement("td");
    head.textContent = name;
    cell.textContent = value;
    if (className) row.className = className;
    if (typeof value === "number") { cell.className = "number"; cell.textContent = number.format(value); }
    row.append(head, cell);
    return row;
  }));
}

function show(task) {
  at("task").hidden = false;
  const shown = task.outcome === "partial" ? "partial" : task.status;
  at("status").textContent = `${ICONS[shown]} ${WORDS[shown]}`;
  at("status").className = task.status === "completed" ? task.outcome : task.status;
  at("message").textContent = task.progress.message;
  at("bar").value = task.progress.percent;
  at("percent").textContent = `${task.progress.percent} %`;
  const rate = task.progress.rows_per_second;
  const left = task.status === "running" ? task.progress.eta_seconds : null;
  at("rate").textContent = [
    rate === null ? "" : `${number.format(Math.round(rate))} ${WORDS.perSecond}`,
    left === null ? "" : `${number.format(left)} ${WORDS.left}`,
  ].filter(Boolean).join(" · ");
  const counts = VERDICTS.map((name) => [WORDS[name], task.counts[name], task.counts[name] ? "" : "zero"]);
  const total = VERDICTS.reduce((sum, name) => sum + task.counts[name], 0);
  table(at("counts"), [...counts, [WORDS.total, total]]);
  at("error").textContent = task.error ? task.error.message : "";
  table(at("facts"), [
    [WORDS.kind, task.kind], [WORDS.file, task.params.file_name || ""], [WORDS.by, task.submitted_by],
    [WORDS.at, new Date(task.created_at).toLocaleString(LANGUAGE)], [WORDS.attempt, task.attempt],
  ]);
  if (task.counts.rejected !== rejectsShown && task.counts.rejected > 0) showRejects(task.counts.rejected);
}

async function showRejects(count) {
  rejectsShown = count;
  const answer = await fetch(`/api/v1/tasks/${taskId}/rejects?limit=100`, {
    headers: { Authorization: `Bearer ${sessionStorage.token}`, "Accept-Language": LANGUAGE },
  });
  if (!answer.ok) return;
  const found = await answer.json();
  at("rejects").hidden = false;
  table(at("rows"), found.items.map((row) => {
    const what = row.field ? `${row.field} = ${row.value ?? ""}: ` : "";
    return [`${WORDS.row} ${number.format(row.row_no)}`, what + row.message];
  }));
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/tasks/${taskId}`);
  socket.onopen = () => {
    socket.send(JSON.stringify({ type: "auth", token: sessionStorage.token, from: position }));
  };
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    wait = 500;
    at("problem").textContent = "";
    position = message.position;
    if (message.task) show(message.task);
    if (message.type === "ping") socket.send(JSON.stringify({ type: "pong" }));
  };
  socket.onclose = (event) => {
    if (event.code === 4401 || event.code === 4403) { delete sessionStorage.token; askForLogin(); return; }
    if (event.code === 4404) { at("problem").textContent = WORDS.unknown; return; }
    at("problem").textContent = WORDS.again;
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 10000);
  };
}

function askForLogin() {
  at("login").hidden = false;
  at("name").focus();
}

at("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch("/api/v1/auth/token", {
    method: "POST",
    headers: { "Accept-Language": LANGUAGE },
    body: new URLSearchParams({ username: at("name").value, password: at("password").value }),
  });
  const found = await answer.json();
  if (!answer.ok) { at("problem").textContent = found.detail; return; }
  sessionStorage.token = found.access_token;
  at("login").hidden = true;
  at("problem").textContent = "";
  connect();
});

if (sessionStorage.token) connect(); else askForLogin();
