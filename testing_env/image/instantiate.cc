// A plugin of GCC for making precompiled headers: "#pragma stresstester instantiate"
// instantiates all templates that the code so far needs, which GCC puts off to the end
// of a program.
//
// A precompiled header has no such end: GCC 14 writes it with its list of two thousand
// templates, most of them those of <format> and <chrono>, and every program that
// includes the header would instantiate them again, to find that it calls none. That
// is three quarters of the time that a small C++20 program takes to compile. The
// standard has both places as points of instantiation, the one after the use and the
// end of the program, and lets the compiler choose ([temp.point], paragraph 7).
#include "gcc-plugin.h"
#include "plugin-version.h"
#include "tree.h"
#include "c-family/c-pragma.h"
#include "cp/cp-tree.h"

// GCC loads no plugin that does not say so.
int plugin_is_GPL_compatible;

namespace {

// Marks the virtual functions of class t as used where its table of them is, as GCC
// does at the end of a program. Tells how many were not before.
unsigned use_virtual_functions(tree t) {
	tree table = CLASSTYPE_VTABLES(t);
	if (!table || TREE_TYPE(table) == void_type_node || !TREE_USED(table))
		return 0;
	// The table is in a library or goes with a function that decides.
	if (CLASSTYPE_INTERFACE_KNOWN(t) || CLASSTYPE_KEY_METHOD(t))
		return 0;
	unsigned marked = 0;
	for (tree v = BINFO_VIRTUALS(TYPE_BINFO(t)); v; v = TREE_CHAIN(v)) {
		tree function = BV_FN(v);
		if (DECL_PURE_VIRTUAL_P(function) || DECL_DELETED_FN(function) || TREE_USED(function))
			continue;
		mark_used(function);
		marked++;
	}
	return marked;
}

void instantiate(cpp_reader *) {
	// As at the end: otherwise GCC 14 breaks off at virtual destructors of templates,
	// which it clones twice.
	at_eof = 1;
	unsigned marked;
	do {
		instantiate_pending_templates(0);
		marked = 0;
		for (unsigned i = 0; i < vec_safe_length(keyed_classes); i++)
			marked += use_virtual_functions((*keyed_classes)[i]);
	} while (marked > 0);
	at_eof = 0;
}

void register_pragma(void *, void *) {
	c_register_pragma("stresstester", "instantiate", instantiate);
}

} // namespace

int plugin_init(plugin_name_args *info, plugin_gcc_version *version) {
	if (!plugin_default_version_check(version, &gcc_version))
		return 1;
	register_callback(info->base_name, PLUGIN_PRAGMAS, register_pragma, nullptr);
	return 0;
}
