// SPDX-License-Identifier: Apache-2.0
//
// The examples: each shows one idea. tests/web checks what they print.

import bank from './bank.erl';
import calc from './calc.erl';
import crash from './crash.erl';
import family from './family.erl';
import intensity from './intensity.erl';
import javascript from './javascript.erl';
import light from './light.erl';
import link from './link.erl';
import monitors from './monitors.erl';
import oneForAll from './one_for_all.erl';
import oneForOne from './one_for_one.erl';
import pingpong from './pingpong.erl';
import reasons from './reasons.erl';
import restForOne from './rest_for_one.erl';
import ring from './ring.erl';
import selective from './selective.erl';
import tables from './tables.erl';
import timers from './timers.erl';
import trap from './trap.erl';
import unlink from './unlink.erl';

/** A file without its licence line, which the editor need not show. */
const file = (name, source) => ({ name: `${name}.erl`, text: source.replace(/^%% SPDX.*\n/, '') });
const example = (group, id, title, text, source, others = {}) => ({
  group,
  id,
  title,
  text,
  files: [file(id, source), ...Object.entries(others).map(([name, other]) => file(name, other))],
});

const START = 'Start here';
const LINKS = 'Links and signals';
const SUPERVISION = 'Supervision';
const PROCESSES = 'Processes and messages';
const OTP = 'OTP';

/** The examples in the order in which they should be read. */
export const EXAMPLES = [
  example(
    START,
    'family',
    'Kill a worker',
    'A worker is killed; its supervisor sees the exit signal come along the link and starts another one. Click a ' +
      'process to send it an exit signal yourself.',
    family,
  ),
  example(
    PROCESSES,
    'pingpong',
    'Ping, pong',
    'Two processes take turns. Slow the VM down with the speed slider, or go slice by slice with Step.',
    pingpong,
  ),
  example(
    PROCESSES,
    'selective',
    'Selective receive',
    'A receive takes the first message that matches. What does not match waits in the mailbox: see its number ' +
      'beside the process.',
    selective,
  ),
  example(
    PROCESSES,
    'timers',
    'Timers',
    'A timer is a message that comes later, and can be cancelled. A receive can wait for a time and then do ' +
      'something else.',
    timers,
  ),
  example(
    PROCESSES,
    'tables',
    'ETS and its owner',
    'A table lives as long as the process that owns it. With an heir it changes hands at the owner’s death instead.',
    tables,
  ),
  example(
    LINKS,
    'link',
    'Links',
    'Six processes in a chain, each linked to the next. The first one fails, and the signal takes down one after ' +
      'the other.',
    link,
  ),
  example(
    LINKS,
    'ring',
    'A ring',
    'A token goes round twelve linked processes. Kill one: the signal runs both ways until none is left.',
    ring,
  ),
  example(
    LINKS,
    'unlink',
    'Unlink',
    'A link can be taken away again. What happens to a process after unlink/1 is no concern of the other.',
    unlink,
  ),
  example(
    LINKS,
    'monitors',
    'Monitor or link',
    'A monitor tells and does not kill, and it goes one way only. Use a link to share a fate, a monitor to know ' +
      'of one.',
    monitors,
  ),
  example(
    LINKS,
    'trap',
    'Trapping exits',
    'With trap_exit, exit signals stop at a process and become messages in its mailbox. Every supervisor is built ' +
      'on that.',
    trap,
  ),
  example(
    LINKS,
    'reasons',
    'Exit reasons',
    'normal is harmless over a link, kill cannot be trapped by exit/2, and a link turns kill into just another ' +
      'reason. Run it, then try each case of the matrix.',
    reasons,
  ),
  example(
    SUPERVISION,
    'one_for_one',
    'one_for_one',
    'A supervisor with four children, one of which fails. Only that one is started again.',
    oneForOne,
  ),
  example(
    SUPERVISION,
    'one_for_all',
    'one_for_all',
    'Children that cannot do without each other fail together. All are ended and started again.',
    oneForAll,
  ),
  example(
    SUPERVISION,
    'rest_for_one',
    'rest_for_one',
    'Each child may depend on those before it. When one fails, those after it go down with it and come back in order.',
    restForOne,
  ),
  example(
    SUPERVISION,
    'intensity',
    'Restart intensity',
    'Restarting does not help against every fault. After too many restarts in too short a time the supervisor ' +
      'gives up and passes the fault on.',
    intensity,
  ),
  example(
    SUPERVISION,
    'crash',
    'Let it crash',
    'A server without a line of error handling divides by zero. It crashes with a report, and is back before the ' +
      'next question.',
    crash,
    { calc },
  ),
  example(
    OTP,
    'bank',
    'gen_server',
    'A bank with three customers, each a process. The bank takes their calls one after the other, so no deposit ' +
      'is lost.',
    bank,
  ),
  example(
    OTP,
    'light',
    'gen_statem',
    'A traffic light as a state machine: a function for each state, and a time-out that goes with it. The ' +
      'pedestrian’s button ends green early.',
    light,
  ),
  example(
    OTP,
    'javascript',
    'A JavaScript process',
    'The child of this supervisor is written in JavaScript and runs in the page. It is linked, crashes and is ' +
      'started again like any other (the square one).',
    javascript,
  ),
];
