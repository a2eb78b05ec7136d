// Eight megabytes in small blocks, as linked structures have.
#include <cstdio>
struct Node {
	Node *next;
	long value[6];
};
int main()
{
	int n;
	if (scanf("%d", &n) != 1)
		return 1;
	Node *head = nullptr;
	for (int i = 0; i < 130000; i++)
		head = new Node{head, {i, n}};
	long sum = 0;
	for (Node *p = head; p; p = p->next)
		sum += p->value[0];
	printf("%ld\n", sum);
}
