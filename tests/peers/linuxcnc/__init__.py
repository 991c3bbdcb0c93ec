"""A LinuxCNC that runs here without a screen: six joints that follow at once, its shell on a port, its own record of every
period.

It lives in a mount, process and IPC namespace of its own, in which Debian's package lies over this machine's files
(`enclose.sh`), so several run side by side and none is installed. Whoever starts it is its parent: it dies with it, also of a
kill -9.
"""
