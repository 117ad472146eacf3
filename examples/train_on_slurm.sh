#!/bin/bash
# Two workers on Slurm, each with all GPUs of its node; docs/scaling.md.
#
#   sbatch examples/train_on_slurm.sh
#
# The working folder is on a drive of all nodes, and has photos and cartoons.
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=4
#SBATCH --signal=TERM@120
#SBATCH --requeue

srun --kill-on-bad-exit bash -c '
  workers=$(scontrol show hostnames "$SLURM_JOB_NODELIST" |
    sed "s/.*/\"&:2222\"/" | paste -sd,)
  export TF_CONFIG="{\"cluster\": {\"worker\": [$workers]},
    \"task\": {\"type\": \"worker\", \"index\": $SLURM_PROCID}}"
  exec cartoongan train --strategy=multi_worker \
    --flagfile=configs/paper.flags --photo_dir=photos \
    --cartoon_dir=cartoons --workdir=run'
