import cv2,numpy as np,os,sys
out,rows,*ds=sys.argv[1:]
fs=[os.path.basename(f)[:-4] for f in open('lists/pair.txt').read().split()]
cv2.imwrite(out,np.vstack([np.hstack([cv2.imread(f'ev/{d}/{fs[int(i)-1]}.png') for d in ds]) for i in rows.split(',')]))
