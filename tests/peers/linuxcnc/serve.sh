# Starts a LinuxCNC from $1/robot.ini whose shell listens on port $2, and keeps its own record of every period in $1/record.txt.
# It is what /usr/bin/linuxcnc does, without a screen; that script wants Tcl, and asks questions.
cd "$1"
# What it maps and writes stands in memory (/tmp of enclose.sh): a page of a file waits for the disk where others write to that.
export HOME=/tmp EMC2_HOME=/usr INI_FILE_NAME=$1/robot.ini
libraries=(/package/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=/package/usr/lib:${libraries[0]}
linuxcncsvr -ini robot.ini &
until ipcs -m | grep -q 0x; do sleep 0.02; done
/usr/lib/linuxcnc/realtime start
halcmd loadusr -Wn iocontrol io -ini robot.ini
halcmd -i robot.ini -f robot.hal
halcmd start
halsampler -t >record.txt &
milltask -ini robot.ini &
until halcmd show comp | grep -q inihal; do sleep 0.02; done
exec linuxcncrsh -p "$2" -- -ini "$1/robot.ini"
