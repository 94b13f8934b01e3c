// SPDX-License-Identifier: Apache-2.0
// A program behind an Erlang port that connects the port to TCP: `node relay.js PORT` copies bytes between its stdin
// and stdout and a TCP port.
import { connect } from 'node:net';

const socket = connect(Number(process.argv[2]), '127.0.0.1');
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on('close', () => process.exit());
for (const stream of [socket, process.stdout, process.stdin]) stream.on('error', () => process.exit(1));
