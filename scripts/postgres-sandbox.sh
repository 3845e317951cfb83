# Run by root as: unshare --user --map-root-user --mount sh postgres-sandbox.sh DIRECTORY BINARIES PROGRAM…
# PROGRAM sees itself as the user "nobody", the system's programs read-only, DIRECTORY without its secrets, and no other file.
set -eu
directory=$1 binaries=$2
shift 2
for root in /mnt /media /opt; do
  case "$directory/ $binaries/" in "$root/"* | *" $root/"*) continue ;; esac
  if [ -d "$root" ]; then break; fi
done
mount -t tmpfs -o mode=0755 tmpfs "$root"
cd "$root"
mkdir dev etc old proc
for name in /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache; do
  if [ -e "$name" ]; then cp -L "$name" etc/; fi
done
for device in null zero urandom; do
  : > "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/shm
mount -t tmpfs -o mode=1777 tmpfs dev/shm
for folder in /usr /bin /sbin /lib /lib32 /lib64 /libx32 /nix /gnu "$binaries"; do
  if [ -L "$folder" ]; then
    cp -P "$folder" ".$folder"
  elif [ -d "$folder" ]; then
    mkdir -p ".$folder"
    mount --rbind "$folder" ".$folder"
    mount -o remount,bind,ro ".$folder"
  fi
done
mkdir -p ".$directory"
mount --rbind "$directory" ".$directory"
mkdir -p "$directory/secrets"
mount -t tmpfs -o ro,mode=0000 tmpfs ".$directory/secrets"
mkfifo ready
mount --rbind /proc proc
pivot_root . old
umount -l /old
# unshare needs /proc, and PROGRAM must not have it: through it root's processes and settings could be reached. It goes
# once unshare is done, which is when somebody waits at the other end.
{ exec 3> /ready; umount -l /proc; echo >&3; } &
cd "$directory"
# Without /proc the loader does not know where a program lies.
export LD_LIBRARY_PATH="$binaries/lib"
exec unshare --user --map-user=65534 --map-group=65534 sh -c 'read -r _ < /ready && exec "$@"' sh "$@"
