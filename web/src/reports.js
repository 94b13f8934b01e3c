// SPDX-License-Identifier: Apache-2.0
//
// Turns reports of OTP's logger into one line that a beginner can read. The whole report can be opened.

/**
 * @param {string} text
 * @param {RegExp} pattern its first group is the result
 * @returns {string} '' if it is not there
 */
const find = (text, pattern) => pattern.exec(text)?.[1].replace(/\s+/g, ' ').trim() ?? '';

/** An exit reason without its stack. @param {string} text */
function reasonOf(text) {
  const bare = /^\{(.+?),\s*\[\{/s.exec(text)?.[1] ?? text;
  return bare.length > 60 ? `${bare.slice(0, 59)}…` : bare;
}

function supervisor(text) {
  const who = find(text, /supervisor: \{local,(.*?)\}$/m) || find(text, /supervisor: (.*)$/m);
  const context = find(text, /errorContext: (.*)$/m);
  const reason = reasonOf(find(text, /reason: ([^]*?)\n {4}offender:/));
  const child = find(text, /\{id,([^{}]*?)\}/) || 'a child';
  const pid = find(text, /\{pid,(<[\d.]+>)\}/);
  if (context === 'shutdown') return `${who} gives up: ${child} had to be started again too often.`;
  if (context === 'start_error') return `${who} could not start ${child}: ${reason}`;
  if (context === 'shutdown_error') return `${child} did not end as ${who} told it to: ${reason}`;
  const restarts = find(text, /\{restart_type,(\w+)\}/);
  const then = restarts === 'temporary' ? '.' : ', and is to start another.';
  return `${who} learns that its child ${child}${pid && ` ${pid}`} has ended (${reason})${then}`;
}

function crash(text) {
  const name = find(text, /registered_name: (\S*)$/m);
  const pid = find(text, /pid: (\S+)$/m);
  const what = find(text, /exception (?:error|exit|throw): ([^\n]*)/);
  const place = find(text, /in function {2}([^\n]*)/);
  return `${[name !== '[]' && name, pid].filter(Boolean).join(' ')} crashed: ${what}${place && ` in ${place}`}`;
}

/** How gen_server and gen_event, and how gen_statem report why they end. */
const ITS_REASON = /Reason for termination ==?\s*\n\*\* ([^]*?)(?:\n\*\* |\n\n|$)/;
const REASON_IN_LINE = /\*\* Reason for termination = ([^]*?)\n\*\* /;

function error(text) {
  const [, server, name] = /\*\* (Generic server|State machine|gen_event handler) (\S+)/.exec(text) ?? [];
  if (server) return `${name} ends with an error: ${reasonOf(find(text, ITS_REASON) || find(text, REASON_IN_LINE))}`;
  const [, pid, reason] = /Error in process (<[\d.]+>)[^\n]*exit value:\n([^]*)/.exec(text) ?? [];
  const line = find(text, /\{line,(\d+)\}/);
  if (pid) return `${pid} crashed: ${reasonOf(reason.trim())}${line && `, line ${line}`}`;
  return text.split('\n')[1]?.trim() ?? '';
}

const KINDS = { SUPERVISOR: supervisor, CRASH: crash, ERROR: error };

/** Whether a piece of output is a report of the logger. @param {string} text */
export const isReport = (text) => /^=[A-Z]+ REPORT==== .* ===\n/.test(text);

/** @param {string} text a report @returns {string} */
export function summaryOf(text) {
  const [, kind] = /^=([A-Z]+) REPORT/.exec(text) ?? [];
  const found = (KINDS[kind] ?? error)(text).trim();
  return found || text.split('\n', 1)[0];
}
