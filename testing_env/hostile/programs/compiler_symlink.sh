#: group: Compilation
#: tries: to make the compiled program a link to a secret
#: expect: compiler=CE
#: why: what a compiler leaves is copied without following links
ln -s /etc/shadow out/main
