# SPDX-License-Identifier: Apache-2.0
#
# Runs a program in a pseudo-terminal of 80 columns and 24 rows and types at it, for shell.test.js. Reads from standard
# input, as JSON: {"command": [...], "env": {...}, "steps": [[wait, keys], ...], "seconds": n}. For each step it waits
# until the program has written `wait` since the keys before and then nothing for a while, and types the keys; keys
# that are {"columns": n, "rows": n} change the size instead. Prints JSON: output (base64), status (null: it did not
# end), and whether the terminal was left as it was.
import base64, fcntl, json, os, pty, select, struct, sys, termios, time

QUIET = 0.1
told = json.load(sys.stdin)
end = time.time() + told['seconds']
master, slave = pty.openpty()

def resize(columns, rows):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

resize(80, 24)
before = termios.tcgetattr(slave)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.closerange(3, 64)
    os.execvpe(told['command'][0], told['command'], {**os.environ, **told['env']})

output = b''
status = None

def ended():
    global status
    if status is None:
        done, code = os.waitpid(pid, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(code)
    return status is not None

def read(wait):
    """Until `wait` was written and then nothing for a while, or the program has ended; False: too late."""
    global output
    start = len(output)
    last = time.time()
    while time.time() < end:
        ready, _, _ = select.select([master], [], [], 0.05)
        if ready:
            output += os.read(master, 65536)
            last = time.time()
        elif ended():
            return True
        elif wait is not None and wait.encode() in output[start:] and time.time() - last > QUIET:
            return True
    return False

for wait, keys in told['steps']:
    if not read(wait) or status is not None:
        break
    if isinstance(keys, dict):
        resize(keys['columns'], keys['rows'])
    else:
        os.write(master, keys.encode())
read(None)
if not ended():
    os.killpg(pid, 9)
    os.waitpid(pid, 0)
print(json.dumps({'output': base64.b64encode(output).decode(), 'status': status,
                  'restored': termios.tcgetattr(slave)[:4] == before[:4]}))
