# Threads that outlive the script's end, and one that does not.
import threading, time
def later():
    time.sleep(0.005)
    print("later")
def never():
    time.sleep(1000)
print(threading.main_thread() is threading.current_thread(), threading.main_thread().native_id == threading.get_native_id())
threading.Thread(target=later).start()
threading.Thread(target=never, daemon=True).start()
