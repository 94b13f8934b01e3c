// SPDX-License-Identifier: Apache-2.0
// The libraries whose own tests are run on erl and on ours: Debian's source packages that have tests which need neither
// a network nor a NIF. Those of a newer suite are there because this one's archive lacks their source.

/**
 * @typedef {object} Library
 * @property {string} package Debian's source package, and the folder it is unpacked to
 * @property {string} [suite] Debian's, if not the machine's
 * @property {string[]} [needs] other packages of this list: their beams are on the path
 * @property {string[]} [first] sources that others of the library need to be compiled (behaviours, transforms)
 * @property {string[]} [flags] of erlc
 * @property {RegExp} [without] test modules that are left out
 * @property {string} [why] they are
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
