// SPDX-License-Identifier: Apache-2.0
//
// What to watch in the graph while an example runs: one sentence for each example, above the graph, for a person who
// does not know Erlang. It says what can be seen; the text of the lesson says why.

/** @type {Record<string, string>} by the example's id */
export const WATCH = {
  family: 'Watch w2: it is killed, its link carries the news to family_sup, and that starts a new w2.',
  one_for_one: 'Watch b fail: its supervisor starts a new b, and a, c and d are left alone.',
  one_for_all: 'Watch b fail: its supervisor ends a, c and d too, and starts all four anew.',
  rest_for_one: 'Watch b fail: c and d, which were started after it, go with it and come back.',
  intensity: 'Watch the child fail again and again, until its supervisor gives up and ends as well.',
  crash: 'Watch the server divide by zero: it crashes, and a new one is there for the next question.',
  javascript: 'Watch the square process: it is JavaScript, it crashes, and its supervisor starts it again.',
  link: 'Watch the first process fail: the exit signal runs along the links and ends one after the other.',
  unlink: 'Watch two processes fail: the one that is still linked takes the other with it.',
  monitors: 'Watch the arrow: when the worker ends, the watcher is told, and lives on.',
  trap: 'Watch the double ring: exit signals stop there and become messages.',
  reasons: 'Try a cell of the table, and watch what the signal does to the process that gets it.',
  ring: 'Watch the token go round. Then click a process and send it an exit signal.',
  pingpong: 'Watch the messages go to and fro between the two processes.',
  selective: 'Watch the number beside the process: so many messages wait in its mailbox.',
  timers: 'Watch the output: each line is a message that came after its time.',
  tables: 'Watch the owners end: a table goes with its owner, or to its heir.',
  bank: 'Watch the customers ask: the bank takes one call after the other.',
  light: 'Watch the output: each colour is a state that lasts its time.',
};
