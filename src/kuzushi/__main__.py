"""python -m kuzushi"""

from kuzushi.cli.main import main

main()
