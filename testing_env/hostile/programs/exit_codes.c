//: group: Processes
//: tries: to look as if a signal had killed it, by exit statuses above 128
//: expect: tested=RE brute=BRUTE_FAILED generator=GENERATOR_FAILED validator=VALIDATOR_REJECTED checker=CHECKER_FAILED
//: why: an exit status is an exit status, and none but the known ones pass
#include "hostile.h"

int main(int argc, char **argv)
{
	honest(argc, argv);
	_exit(137);
}
