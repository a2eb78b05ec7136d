# {{name}}
# {{url}}


def main():
    pass


main()
