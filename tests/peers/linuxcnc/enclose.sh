#!/bin/bash
# Within namespaces of its own (mount, process, IPC), as root there: a root folder in which the unpacked package $1 lies over this
# machine's own files and the folder $2 stands under its own path; in it, as nobody, serve.sh with port $3.
set -euo pipefail
package=$1 folder=$2 port=$3
# A motion controller has a computer of its own; this one goes before everything else on this machine, where that is allowed.
# Where the kernel shares the processor out by sessions (sched_autogroup), a nice value counts within a session only.
renice -n -15 -p $$ >/dev/null 2>&1 || true
{ echo -15 >/proc/self/autogroup; } 2>/dev/null || true
root=/dev/shm
serve=$(dirname "$(realpath "$0")")/serve.sh
mount -t tmpfs tmpfs "$root"
mkdir -p "$root"/{machine,package,dev,proc,tmp,usr}
mount --rbind / "$root/machine"
mount --rbind "$package" "$root/package"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t proc proc "$root/proc"
mkdir -p "$root$folder"
mount --bind "$folder" "$root$folder"

over() { # over FOLDER: links to what the machine has there, and then to what the package has
    shopt -s nullglob
    local theirs=("$1"/*) ours=("$package$1"/*)
    mkdir -p "$root$1"
    ln -s -t "$root$1" "${theirs[@]/#//machine}"
    ln -sfn -t "$root$1" "${ours[@]/#$package//package}"
}
for link in lib lib64 bin sbin; do ln -s "usr/$link" "$root/$link"; done
over /etc
for part in /usr/*; do
    case $part in
        /usr/lib | /usr/bin | /usr/share) over "$part" ;;
        *) ln -s "/machine$part" "$root$part" ;;
    esac
done
for shared in /usr/lib/x86_64-linux-gnu /usr/lib/aarch64-linux-gnu /usr/lib/python3 /usr/share/doc; do
    [ -e "$shared" ] && ln -sfn "/machine$shared" "$root$shared"
done
cp "$serve" "$root/tmp/serve.sh"
chmod 1777 "$root/tmp"
exec chroot "$root" setpriv --pdeathsig KILL --reuid=65534 --regid=65534 --clear-groups /bin/bash /tmp/serve.sh "$folder" "$port"
