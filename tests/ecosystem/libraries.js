// SPDX-License-Identifier: Apache-2.0
// The libraries whose own tests are run on erl and on ours: Debian's source packages with tests that need neither a
// network nor a NIF. Some are from a newer suite, because this one's archive lacks their source.

/**
 * @typedef {object} Library
 * @property {string} package the name of Debian's source package and of its folder
 * @property {string} [suite] Debian's suite, if it is not the machine's
 * @property {string[]} [needs] other packages of this list, whose beams must be on the path
 * @property {string[]} [first] sources that must be compiled first (behaviours, transforms)
 * @property {string[]} [flags] flags for erlc
 * @property {RegExp} [without] test modules that are left out
 * @property {string} [why] why they are left out
 */

/** @type {Library[]} */
export const LIBRARIES = [
  { package: 'erlang-bbmustache', suite: 'trixie' },
  { package: 'erlang-cf' },
  { package: 'erlang-erlware-commons', needs: ['erlang-cf'], flags: ['-Dnamespaced_types'] },
  { package: 'erlang-getopt' },
  { package: 'erlang-goldrush' },
  { package: 'erlang-unicode-util-compat' },
  { package: 'erlang-idna', needs: ['erlang-unicode-util-compat'] },
  {
    package: 'erlang-lager',
    needs: ['erlang-goldrush'],
    first: ['lager_util', 'lager_transform'],
    flags: ['-Dlager_transform_no_warn'],
  },
  { package: 'erlang-luerl', suite: 'trixie' },
  { package: 'mochiweb', suite: 'sid', without: /socket|http|websocket|request_tests|multipart/, why: 'sockets' },
  { package: 'erlang-p1-utils', suite: 'trixie' },
  { package: 'erlang-poolboy' },
  { package: 'erlang-proper', suite: 'trixie' },
];
