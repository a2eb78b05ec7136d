read -r n
if [ "$n" = 3 ]; then
    echo "three"
) # <-- error
