/* System calls that no Lean needs, and that are ways to memory which no watch sees, to keys, or
 * into corners of the kernel. They fail as if the kernel did not have them. */

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/launch.h"

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

static const int denied[] = {
	SYS_add_key,
	SYS_bpf,
	SYS_io_uring_setup,
	SYS_keyctl,
	SYS_memfd_create,
	SYS_mount,
	SYS_move_mount,
	SYS_open_by_handle_at,
	SYS_open_tree,
	SYS_perf_event_open,
	SYS_pivot_root,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_request_key,
	SYS_setns,
	SYS_shmget,
	SYS_umount2,
	SYS_unshare,
	SYS_userfaultfd,
};

/* Sockets that a network namespace holds. Those of a virtual machine's host are none of them. */
static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

enum { FAMILIES = sizeof(families) / sizeof(families[0]) };
enum { DENIED = sizeof(denied) / sizeof(denied[0]), X32_BIT = 0x40000000 };

#ifdef MACHINE
bool filter_install(void) {
	struct sock_filter code[DENIED + FAMILIES + 12];
	// What is denied goes on at the last step, the rest at the one before.
	unsigned short n = 0;
	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	// Numbers of the x32 kind are another list of the same calls.
	code[n++] = (struct sock_filter)BPF_JUMP(
		BPF_JMP | BPF_JGE | BPF_K, X32_BIT, DENIED + FAMILIES + 3, 0);
	for (unsigned i = 0; i < DENIED; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			(unsigned)denied[i], (unsigned char)(DENIED + FAMILIES + 2 - i), 0);
	}
	code[n++] = (struct sock_filter)BPF_JUMP(
		BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, FAMILIES + 1);
	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]));
	for (unsigned i = 0; i < FAMILIES; i++) {
		bool last = i + 1 == FAMILIES;
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			(unsigned)families[i], (unsigned char)(FAMILIES - 1 - i), last ? 1 : 0);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	struct sock_fprog program = {.len = n, .filter = code};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		return false;
	}
	// It costs nothing but its own few steps: older kernels would slow down all memory too.
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		    &program) == 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0) {
		return true;
	}
	return errno == ENOSYS || errno == EINVAL; // a kernel without: the namespaces stand alone
}
#else
bool filter_install(void) {
	return true; // numbers differ by machine; the namespaces do not need it
}
#endif
