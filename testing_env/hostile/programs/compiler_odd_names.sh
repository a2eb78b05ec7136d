#: group: Compilation
#: tries: to leave names that are no text, and folders without rights
#: expect: compiler=CE|RE
#: why: they are copied like others, or refused; there is no program to run
mkdir "out/a
b" out/locked
touch "out/a
b/-rf" "out/$(printf '\377\376')" out/locked/x
chmod 000 out/locked
chmod 1700 out
