#: group: Compilation
#: tries: to replace the folder of results by a link to the root
#: expect: compiler=CE
#: why: the folder is opened without following links
rmdir out
ln -s / out
